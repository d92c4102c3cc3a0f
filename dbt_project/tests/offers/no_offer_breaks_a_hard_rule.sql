-- What may be sent reaches an adult (or a person of unknown age) who agreed, breaks no contact rule,
-- and goes to nobody in a group for comparison.
-- Who opted out of personalisation gets the generic offer only, without personal figures.
select
    best.profile_id,
    best.offer_id
from {{ ref('next_best_offer') }} as best
inner join {{ ref('int_person') }} as person on best.profile_id = person.profile_id
inner join {{ ref('int_offer_live') }} as offer on best.offer_id = offer.offer_id
left join {{ ref('int_person_channels') }} as channels
    on best.profile_id = channels.profile_id and best.channel = channels.channel
left join {{ ref('contact_state') }} as state
    on best.profile_id = state.profile_id and best.channel = state.channel
where
    person.is_minor
    or not coalesce(channels.is_reachable and channels.is_consented, false)
    or state.blocked_until is not null
    or (person.has_opted_out and best.rank > 0)
    or (best.rank = 0 and not offer.is_fallback)
    or (best.rank = 0 and num_nonnulls(best.p_convert, best.expected_value_fen, best.slot_price_fen) > 0)
    or (best.channel = 'mp_subscribe' and not exists (
        select from {{ ref('int_subscription_grants') }} as grants
        where grants.profile_id = best.profile_id and grants.template_id = best.template_id
    ))
    or exists (
        select from {{ ref('int_offer_pause') }} as pause
        where pause.profile_id = best.profile_id and coalesce(pause.offer_id, best.offer_id) = best.offer_id
    )
    or exists (
        select from {{ source('offers', 'assignment') }} as assignment
        where
            assignment.profile_id = best.profile_id and assignment.arm = 'control'
            and assignment.experiment_id in ('global', best.offer_id)
    )
