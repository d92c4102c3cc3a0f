-- Grain: one phone number handed over by its owner.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'phone_authorisations'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_time('authorised_at') }} as authorised_at,
        {{ json_integer('reply,errcode') }} as error_code,
        {{ envelope() }}
    from source
)

select * from renamed
