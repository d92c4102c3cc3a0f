-- Grain: one message or event pushed to a mini-program.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'pushes'
),

renamed as (
    select
        {{ json_text('ToUserName') }} as account_original_id,
        {{ json_text('MsgType') }} as message_type,
        lower(coalesce({{ json_text('Event') }}, {{ json_text('MsgType') }})) as event_name,
        {{ json_text('SessionFrom') }} as session_from,
        {{ envelope() }}
    from source
)

select * from renamed
