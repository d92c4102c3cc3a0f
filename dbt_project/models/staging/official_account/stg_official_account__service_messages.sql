-- Grain: one message between a customer and an agent; its text stays in raw.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'service_messages'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('recordlist,openid') }} as openid,
        btrim({{ json_text('recordlist,worker') }}) as agent_id,
        {{ json_text('recordlist,opercode') }} as operation_code,
        {{ envelope() }}
    from source
)

select * from renamed
