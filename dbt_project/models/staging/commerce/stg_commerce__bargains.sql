-- Grain: one state of what a helper took off a price.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'bargains'
),

renamed as (
    select
        {{ json_text('bargain_id') }} as bargain_id,
        {{ json_text('owner_member_id') }} as owner_member_id,
        {{ json_text('helper_member_id') }} as helper_member_id,
        {{ json_integer('start_fen') }} as start_fen,
        {{ json_integer('floor_fen') }} as floor_fen,
        {{ json_integer('cut_fen') }} as cut_fen,
        {{ json_time('helped_at') }} as helped_at,
        {{ json_text('status') }} as status,
        {{ envelope() }}
    from source
)

select * from renamed
