-- Grain: one state of an order line.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'order_lines'
),

renamed as (
    select
        {{ json_text('order_id') }} as order_id,
        {{ json_integer('line_no') }} as line_number,
        {{ json_time('created_at') }} as created_at,
        {{ json_text('product_id') }} as product_id,
        {{ json_text('sku') }} as sku,
        {{ json_text('category') }} as category,
        {{ json_integer('quantity', 8) }} as quantity,
        {{ unit_price_milli() }} as unit_price_milli,
        coalesce({{ json_integer('discount_fen') }}, 0) * 10 as discount_milli,
        {{ json_integer('quantity', 8) }} * {{ unit_price_milli() }}
        - coalesce({{ json_integer('discount_fen') }}, 0) * 10 as line_total_milli,
        coalesce({{ json_integer('refunded_quantity') }}, 0) as refunded_quantity,
        {{ envelope() }}
    from source
)

select * from renamed
