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
        -- Only the push of a new follower carries the prefix.
        case lower(body ->> 'Event')
            when 'subscribe' then nullif(regexp_replace(body ->> 'EventKey', '^qrscene_', ''), '')
            when 'scan' then {{ json_text('EventKey') }}
        end as scene_value,
        {{ envelope() }}
    from source
)

select * from renamed
