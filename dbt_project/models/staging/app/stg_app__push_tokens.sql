-- Grain: one state of the address an installation is reached at.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'push_tokens'
),

renamed as (
    select
        {{ json_text('install_id') }} as install_id,
        {{ json_text('vendor') }} as vendor,
        {{ json_text('platform') }} as platform,
        {{ json_text('status') }} as status,
        {{ json_time('updated_at') }} as updated_at,
        {{ envelope() }}
    from source
)

select * from renamed
