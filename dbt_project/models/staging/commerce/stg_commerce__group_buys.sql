-- Grain: one state of one member of a group.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'group_buys'
),

renamed as (
    select
        {{ json_text('group_id') }} as group_id,
        {{ json_text('member_id') }} as member_id,
        {{ json_boolean('is_leader') }} as is_leader,
        {{ json_integer('required_size') }} as required_size,
        {{ json_time('joined_at') }} as joined_at,
        {{ json_text('status') }} as status,
        {{ json_time('expires_at') }} as expires_at,
        {{ json_text('order_id') }} as order_id,
        {{ envelope() }}
    from source
)

select * from renamed
