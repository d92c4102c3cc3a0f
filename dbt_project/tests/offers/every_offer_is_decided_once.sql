-- Every (reachable known person or person held out) × live offer is either in next_best_offer or in
-- offer_suppressed, once; whoever else is decided on has no business there.
-- Persons are compared by the list of what is decided for them: millions of pairs cost four times as much.
-- A list that is as long as that of live offers and contains them all has each once.
with live as (
    select coalesce(array_agg(offer_id), '{}') as offer_ids
    from {{ ref('int_offer_live') }}
),

-- The view offer_suppressed shows only what has a known reason.
known as (
    select coalesce(array_agg(reason_code), '{}') as reason_codes
    from {{ ref('offer_reason') }}
),

wanted as (
    select profile_id
    from {{ ref('int_person_channels') }}
    where is_reachable
    union
    select assignment.profile_id
    from {{ source('offers', 'assignment') }} as assignment
    inner join {{ ref('int_person') }} as person on assignment.profile_id = person.profile_id
    where assignment.experiment_id = 'global' and assignment.arm = 'control' and person.kind = 'known'
),

best as (
    select
        profile_id,
        array_agg(offer_id) as offer_ids
    from {{ ref('next_best_offer') }}
    group by profile_id
),

decided as (
    select
        coalesce(held.profile_id, best.profile_id) as profile_id,
        coalesce(held.reason_codes, '{}') as reason_codes,
        coalesce(held.offer_ids, '{}') || coalesce(best.offer_ids, '{}') as offer_ids
    from {{ ref('offer_hold') }} as held
    full join best on held.profile_id = best.profile_id
),

compared as (
    select
        wanted.profile_id as wanted_id,
        decided.profile_id as decided_id,
        coalesce(decided.offer_ids, '{}') as offer_ids,
        coalesce(decided.reason_codes, '{}') as reason_codes
    from wanted
    full join decided on wanted.profile_id = decided.profile_id
)

select
    coalesce(compared.wanted_id, compared.decided_id) as profile_id,
    compared.offer_ids,
    compared.reason_codes
from compared
cross join live
cross join known
where
    compared.wanted_id is null
    or cardinality(compared.offer_ids) <> cardinality(live.offer_ids)
    or not compared.offer_ids @> live.offer_ids
    or not compared.reason_codes <@ known.reason_codes
