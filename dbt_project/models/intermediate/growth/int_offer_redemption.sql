-- Grain: one coupon of an offer that a person used, with what that cost.
{{ config(materialized='view') }}

with final as (
    select
        map.profile_id,
        coupons.batch_id as offer_id,
        coupons.coupon_code,
        coupons.event_day as redeemed_on,
        offer.redemption_cost_fen
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_actor_profile') }} as map
        on coupons.identifier_set_id = map.identifier_set_id and {{ owned_at('coupons.event_at') }}
    inner join {{ ref('offer_catalogue') }} as offer
        on
            coupons.batch_id = offer.offer_id
            and coupons.event_day >= offer.valid_from
            and (offer.valid_to is null or coupons.event_day < offer.valid_to)
    where coupons.event_name = 'used'
)

select * from final
