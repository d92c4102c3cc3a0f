-- Grain: one order that was paid and not cancelled, of a known person.
-- Amounts are rounded to fen once, per line.
-- Only touched persons are rolled up anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['order_id'], 'unique': true}, {'columns': ['profile_id']}],
) }}

with owned as (
    select
        orders.*,
        map.profile_id,
        map.owned_from,
        map.owned_to
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_actor_profile') }} as map
        on orders.identifier_set_id = map.identifier_set_id and map.profile_kind = 'known'
    where
        orders.cancelled_at is null
        and coalesce(orders.status, '') <> 'cancelled'
        and {{ is_touched('map.profile_id') }}
),

lines as (
    select
        order_id,
        sum(round(line_total_milli / 10.0))::bigint as total_fen,
        sum(discount_milli) > 0 as has_discount
    from {{ ref('int_order_lines') }}
    where order_id in (select owned.order_id from owned)
    group by order_id
),

payments as (
    select
        order_id,
        min(paid_at) as paid_at
    from {{ ref('int_payments') }}
    where trade_state = 'SUCCESS' and order_id in (select owned.order_id from owned)
    group by order_id
),

refunds as (
    select
        order_id,
        sum(amount_fen)::bigint as refund_fen
    from {{ ref('int_refunds') }}
    where order_id in (select owned.order_id from owned)
    group by order_id
),

paid as (
    select
        owned.*,
        coalesce(owned.paid_at, payments.paid_at) as order_at
    from owned
    left join payments on owned.order_id = payments.order_id
),

final as (
    select
        paid.order_id,
        paid.profile_id,
        paid.order_at,
        {{ local_date('paid.order_at') }} as order_date,
        coalesce(paid.channel, 'unknown') as channel,
        {{ scene_group('paid.scene_code') }} as scene_group,
        paid.store_id,
        paid.promotion_type,
        paid.promotion_type <> 'none'
        or paid.discount_fen > 0
        or coalesce(lines.has_discount, false) as is_discounted,
        coalesce(paid.total_fen, lines.total_fen, 0) as amount_fen,
        coalesce(paid.discount_fen, 0) as discount_fen,
        coalesce(refunds.refund_fen, 0) as refund_fen,
        coalesce(paid.total_fen, lines.total_fen, 0) - coalesce(refunds.refund_fen, 0) as net_fen
    from paid
    left join lines on paid.order_id = lines.order_id
    left join refunds on paid.order_id = refunds.order_id
    left join {{ ref('scene') }} as scene on paid.scene_code = scene.scene_code
    where
        paid.order_at < {{ as_of_end() }} and {{ owned_at('paid.order_at', 'paid') }}
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
