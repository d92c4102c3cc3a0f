-- Grain: one event in the life of a coupon.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'coupons'
),

renamed as (
    select
        {{ json_text('coupon_code') }} as coupon_code,
        {{ json_text('event') }} as event_name,
        {{ json_text('batch_id') }} as batch_id,
        {{ json_integer('face_fen') }} as face_fen,
        {{ json_integer('threshold_fen') }} as threshold_fen,
        {{ json_time('valid_from') }} as valid_from,
        {{ json_time('valid_to') }} as valid_to,
        {{ json_text('order_id') }} as order_id,
        {{ json_text('channel') }} as channel,
        {{ json_text('campaign_id') }} as campaign_id,
        {{ envelope() }}
    from source
)

select * from renamed
