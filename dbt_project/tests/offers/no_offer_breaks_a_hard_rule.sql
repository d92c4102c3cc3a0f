-- What may be sent reaches an adult (or a person of unknown age) who agreed, and breaks no contact rule.
-- Who opted out of personalisation gets the generic offer only.
select
    best.profile_id,
    best.offer_id
from {{ ref('next_best_offer') }} as best
inner join {{ ref('int_person') }} as person on best.profile_id = person.profile_id
inner join {{ ref('int_offer_live') }} as offer on best.offer_id = offer.offer_id
left join {{ ref('int_person_channels') }} as channels
    on best.profile_id = channels.profile_id and best.channel = channels.channel
left join {{ ref('int_offer_pause') }} as pause
    on best.profile_id = pause.profile_id and best.offer_id = pause.offer_id
where
    person.is_minor
    or not coalesce(channels.is_reachable and channels.is_consented, false)
    or pause.rule_id is not null
    or person.has_opted_out <> (best.rank = 0)
    or (person.has_opted_out and not offer.is_fallback)
