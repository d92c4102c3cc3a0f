-- Grain: one state of a conversation with the service.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'service_conversations'
),

renamed as (
    select
        {{ json_text('conversation_id') }} as conversation_id,
        {{ json_text('member_id') }} as member_id,
        {{ json_text('channel') }} as channel,
        {{ json_text('agent_id') }} as agent_id,
        {{ json_time('opened_at') }} as opened_at,
        {{ json_time('first_reply_at') }} as first_reply_at,
        {{ json_time('closed_at') }} as closed_at,
        {{ json_integer('message_count') }} as message_count,
        {{ json_text('topic') }} as topic,
        {{ json_integer('rating') }} as rating,
        {{ json_boolean('is_transferred') }} as is_transferred,
        {{ envelope() }}
    from source
)

select * from renamed
