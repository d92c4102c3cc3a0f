-- Grain: one message or event pushed by the platform.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'pushes'
),

renamed as (
    select
        {{ json_text('ToUserName') }} as account_original_id,
        {{ json_text('MsgType') }} as message_type,
        lower(coalesce({{ json_text('Event') }}, {{ json_text('MsgType') }})) as event_name,
        {{ json_text('EventKey') }} as event_key,
        {{ envelope() }}
    from source
)

select * from renamed
