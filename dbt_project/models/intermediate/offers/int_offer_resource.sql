-- Grain: what is scarce: an offer's stock (redemptions), its budget (fen), a channel's messages of a day;
-- with what is left.
{{ config(materialized='view') }}

with used as (
    select
        coupons.batch_id as offer_id,
        count(distinct coupons.coupon_code) as used_count
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_offer_live') }} as offer
        on coupons.batch_id = offer.offer_id and coupons.event_at >= offer.start_at
    where coupons.event_name = 'used' and coupons.event_at < {{ as_of_end() }}
    group by coupons.batch_id
),

final as (
    select
        'stock' as resource,
        offer.offer_id as name,
        greatest(offer.stock - coalesce(used.used_count, 0), 0)::numeric as capacity
    from {{ ref('int_offer_live') }} as offer
    left join used on offer.offer_id = used.offer_id
    where offer.stock is not null
    union all
    select
        'budget' as resource,
        offer.offer_id as name,
        greatest(offer.budget_fen - coalesce(used.used_count, 0) * offer.redemption_cost_fen, 0) as capacity
    from {{ ref('int_offer_live') }} as offer
    left join used on offer.offer_id = used.offer_id
    where offer.budget_fen is not null
    union all
    select
        'slot' as resource,
        channel as name,
        daily_capacity as capacity
    from {{ ref('contact_channel') }}
    where daily_capacity is not null
)

select * from final
