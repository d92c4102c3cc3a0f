-- Grain: one state of a product.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'products'
),

renamed as (
    select
        {{ json_text('product_id') }} as product_id,
        {{ json_text('valid_from') }} as valid_from,
        {{ json_text('sku') }} as sku,
        {{ json_text('name') }} as product_name,
        {{ json_text('category') }} as category,
        {{ json_text('brand') }} as brand,
        {{ json_integer('price_fen') }} as price_fen,
        {{ json_integer('cost_fen') }} as cost_fen,
        {{ json_integer('stock') }} as stock,
        {{ json_boolean('on_sale') }} as is_on_sale,
        {{ envelope() }}
    from source
)

select * from renamed
