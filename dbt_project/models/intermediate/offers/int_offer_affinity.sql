-- Grain: known person × live offer that covers what the person bought, or of which coupons were redeemed.
with final as (
    select
        habit.profile_id,
        offer.offer_number,
        habit.basket_count,
        habit.redemption_count
    from {{ ref('int_offer_habit') }} as habit
    inner join {{ ref('int_offer_live') }} as offer on habit.offer_id = offer.offer_id
)

select * from final
