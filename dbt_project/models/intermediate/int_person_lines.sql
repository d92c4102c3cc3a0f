-- Grain: one line of an order in int_person_orders.
-- Only touched persons' lines are looked up anew: what lines say of a person is asked from many sides.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id']}],
) }}

with final as (
    select
        orders.profile_id,
        orders.order_id,
        lines.line_number,
        orders.order_date,
        lines.product_id,
        coalesce(lines.category, products.category, 'unknown') as category,
        products.brand,
        lines.quantity,
        round(lines.line_total_milli / 10.0)::bigint as line_total_fen,
        orders.is_discounted or lines.discount_milli > 0 as is_discounted
    from {{ ref('int_person_orders') }} as orders
    inner join {{ ref('int_order_lines') }} as lines on orders.order_id = lines.order_id
    left join {{ ref('int_products') }} as products on lines.product_id = products.product_id
    where {{ is_touched('orders.profile_id') }}
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
