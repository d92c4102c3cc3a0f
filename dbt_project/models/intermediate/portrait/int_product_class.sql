-- Grain: one product: where it stands in the range. Kept beside int_products to see when that changes.
-- depends_on: {{ ref('int_touched_profile') }}
{{ config(indexes=[{'columns': ['product_id'], 'unique': true}]) }}

with final as (
    select
        product_id,
        category,
        brand
    from {{ ref('int_products') }}
)

select * from final
