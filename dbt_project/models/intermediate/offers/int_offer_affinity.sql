-- Grain: known person × live offer with products, once it covers what the person bought; or redeemed
-- coupons of the offer.
with targets as (
    select
        offer.offer_id,
        offer.offer_number,
        target.category,
        target.product_id
    from {{ ref('int_offer_live') }} as offer
    inner join {{ ref('offer_target') }} as target on offer.offer_id = target.offer_id
),

bought as (
    select distinct
        profile_id,
        order_id,
        category,
        product_id
    from {{ ref('int_person_lines') }}
),

baskets as (
    select
        bought.profile_id,
        targets.offer_number,
        count(distinct bought.order_id) as basket_count
    from bought
    inner join targets on bought.category = targets.category or bought.product_id = targets.product_id
    group by bought.profile_id, targets.offer_number
),

redemptions as (
    select
        map.profile_id,
        offer.offer_number,
        count(distinct coupons.coupon_code) as redemption_count
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_offer_live') }} as offer on coupons.batch_id = offer.offer_id
    inner join {{ ref('int_actor_profile') }} as map
        on coupons.identifier_set_id = map.identifier_set_id and {{ owned_at('coupons.event_at') }}
    where coupons.event_name = 'used'
    group by map.profile_id, offer.offer_number
),

final as (
    select
        coalesce(baskets.profile_id, redemptions.profile_id) as profile_id,
        coalesce(baskets.offer_number, redemptions.offer_number) as offer_number,
        coalesce(baskets.basket_count, 0)::integer as basket_count,
        coalesce(redemptions.redemption_count, 0)::integer as redemption_count
    from baskets
    full join redemptions
        on baskets.profile_id = redemptions.profile_id and baskets.offer_number = redemptions.offer_number
)

select * from final
