-- Grain: one state of an order.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'orders'
),

renamed as (
    select
        {{ json_text('order_id') }} as order_id,
        {{ json_time('updated_at') }} as updated_at,
        {{ json_time('created_at') }} as created_at,
        {{ json_time('paid_at') }} as paid_at,
        {{ json_time('completed_at') }} as completed_at,
        {{ json_time('cancelled_at') }} as cancelled_at,
        {{ json_text('status') }} as status,
        {{ json_text('channel') }} as channel,
        substring(body ->> 'scene' from '(\d{4})$')::integer as scene_code,
        {{ json_text('store_id') }} as store_id,
        {{ json_integer('total_fen') }} as total_fen,
        {{ json_integer('discount_fen') }} as discount_fen,
        {{ json_integer('shipping_fen') }} as shipping_fen,
        {{ json_text('currency') }} as currency,
        {{ json_length('coupon_codes') }} as coupon_count,
        coalesce({{ json_text('promotion_type') }}, 'none') as promotion_type,
        {{ envelope() }}
    from source
)

select * from renamed
