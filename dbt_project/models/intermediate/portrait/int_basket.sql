-- Grain: one order of int_person_orders in which products were bought: which ones, in the order of their ids.
-- Only touched persons' orders are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id']}, {'columns': ['order_date']}],
) }}

with final as (
    select
        order_id,
        profile_id,
        order_date,
        array_agg(distinct product_id order by product_id) as product_ids
    from {{ ref('int_person_lines') }}
    where product_id is not null and quantity > 0 and {{ is_touched('profile_id') }}
    group by order_id, profile_id, order_date
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
