-- Grain: known person × product that was bought: on how many days, from when to when, how much of it.
-- The weight is the decayed count of orders with it, in millionths, with ages from the buyer's newest order
-- on, so that a row changes only when the buyer does something. Only touched persons are counted anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'product_id'], 'unique': true}],
) }}

with newest as (
    select
        profile_id,
        max(order_date) as order_date
    from {{ ref('int_person_orders') }}
    where {{ is_touched('profile_id') }}
    group by profile_id
),

bought as (
    select
        profile_id,
        order_id,
        product_id,
        order_date,
        sum(quantity) as quantity,
        sum(line_total_fen) as total_fen
    from {{ ref('int_person_lines') }}
    where product_id is not null and quantity > 0 and {{ is_touched('profile_id') }}
    group by profile_id, order_id, product_id, order_date
),

final as (
    select
        bought.profile_id,
        bought.product_id,
        count(distinct bought.order_date)::integer as order_days,
        min(bought.order_date) as first_date,
        max(bought.order_date) as last_date,
        sum({{ purchase_weight('newest.order_date - bought.order_date') }})::bigint as weight_millionths,
        sum(bought.quantity)::numeric as quantity,
        sum(bought.total_fen)::numeric as total_fen
    from bought
    inner join newest on bought.profile_id = newest.profile_id
    group by bought.profile_id, bought.product_id
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
