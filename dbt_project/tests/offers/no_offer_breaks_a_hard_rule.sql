-- What may be sent reaches an adult (or a person of unknown age) who agreed, breaks no contact rule,
-- and goes to nobody in a group for comparison.
-- Who opted out of personalisation gets the generic offer only, without personal figures.
-- `held_back` without an offer is of all. Joined, for a look-up a row costs twice as much.
with held_back as (
    select
        profile_id,
        offer_id
    from {{ ref('int_offer_pause') }}
    union all
    select
        profile_id,
        nullif(experiment_id, 'global') as offer_id
    from {{ source('offers', 'assignment') }}
    where arm = 'control'
)

select
    best.profile_id,
    best.offer_id
from {{ ref('next_best_offer') }} as best
inner join {{ ref('int_person') }} as person on best.profile_id = person.profile_id
inner join {{ ref('int_offer_live') }} as offer on best.offer_id = offer.offer_id
left join {{ ref('int_person_channels') }} as channels
    on best.profile_id = channels.profile_id and best.channel = channels.channel
left join {{ ref('contact_state') }} as state
    on best.profile_id = state.profile_id and best.channel = state.channel and state.blocked_until is not null
left join {{ ref('int_subscription_grants') }} as granted
    on best.profile_id = granted.profile_id and best.template_id = granted.template_id
left join held_back as from_all on best.profile_id = from_all.profile_id and from_all.offer_id is null
left join held_back as from_this
    on best.profile_id = from_this.profile_id and best.offer_id = from_this.offer_id
where
    person.is_minor
    or not coalesce(channels.is_reachable and channels.is_consented, false)
    or state.profile_id is not null
    or (person.has_opted_out and best.rank > 0)
    or (best.rank = 0 and not offer.is_fallback)
    or (best.rank = 0 and num_nonnulls(best.p_convert, best.expected_value_fen, best.slot_price_fen) > 0)
    or (best.channel = 'mp_subscribe' and granted.profile_id is null)
    or from_all.profile_id is not null
    or from_this.profile_id is not null
