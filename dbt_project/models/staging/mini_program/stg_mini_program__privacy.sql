-- Grain: one withdrawal of data or of the account, told by the platform.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'privacy'
),

renamed as (
    select
        {{ json_text('Event') }} as event_name,
        {{ json_text('AppID') }} as appid,
        {{ json_text('RevokeInfo') }} as revoked_items,
        {{ envelope() }}
    from source
)

select * from renamed
