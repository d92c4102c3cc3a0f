-- Grain: reachable known person × live offer × channel of the offer that reaches the person.
-- p_convert: the channel's response rate × lift of buying what the offer covers × lift of redeeming coupons.
-- Who opted out of personalisation is scored like anybody.
with reachable as (
    select
        channels.profile_id,
        channels.channel,
        channels.account_id,
        channels.is_consented,
        channels.consent_decided_at,
        contact_channel.send_cost_fen,
        contact_channel.base_response_rate
    from {{ ref('int_person_channels') }} as channels
    inner join {{ ref('contact_channel') }} as contact_channel on channels.channel = contact_channel.channel
    where channels.is_reachable
),

options as (
    select
        reachable.*,
        offer.offer_id,
        offer.kind,
        offer.value_fen,
        offer.redemption_cost_fen,
        offer.lever,
        coalesce(affinity.lift, 1) as affinity_lift,
        coalesce(affinity.line_count, 0) as affinity_line_count,
        coalesce(redemption.lift, 1) as redemption_lift
    from reachable
    inner join {{ ref('int_person') }} as person on reachable.profile_id = person.profile_id
    inner join {{ ref('int_offer_live') }} as offer on reachable.channel = any(offer.channel_list)
    left join {{ ref('int_subscription_grants') }} as grants
        on reachable.profile_id = grants.profile_id and offer.template_id = grants.template_id
    left join {{ ref('int_offer_affinity') }} as affinity
        on
            reachable.profile_id = affinity.profile_id
            and offer.category = affinity.category
            and not person.has_opted_out
    left join {{ ref('int_offer_redemption') }} as redemption
        on
            reachable.profile_id = redemption.profile_id
            and offer.kind = 'coupon'
            and not person.has_opted_out
    where reachable.channel <> 'mp_subscribe' or grants.grant_count > 0
),

scored as (
    select
        *,
        1.00 as context_weight,
        {{ probability('base_response_rate * affinity_lift * redemption_lift') }} as p_convert
    from options
),

final as (
    select
        *,
        {{ expected_value_fen() }} as expected_value_fen
    from scored
)

select * from final
