-- Every (reachable known person or person held out) × live offer is either in next_best_offer or in
-- offer_suppressed, once; whoever else is decided on has no business there.
-- Persons are compared by the list of what is decided for them: millions of pairs cost four times as much.
with live as (
    select array_agg(offer_id order by offer_id) as offer_ids
    from {{ ref('int_offer_live') }}
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

held as (
    select
        profile_id,
        offer_ids,
        -- The view offer_suppressed shows only what has a known reason.
        array(
            select code
            from unnest(reason_codes) as code
            where code not in (select reason.reason_code from {{ ref('offer_reason') }} as reason)
        ) as unknown_reasons
    from {{ ref('offer_hold') }}
),

decided as (
    select
        coalesce(held.profile_id, best.profile_id) as profile_id,
        coalesce(held.unknown_reasons, '{}') as unknown_reasons,
        array(
            select offer_id
            from unnest(coalesce(held.offer_ids, '{}') || coalesce(best.offer_ids, '{}')) as offer_id
            order by offer_id
        ) as offer_ids
    from held
    full join best on held.profile_id = best.profile_id
)

select
    coalesce(wanted.profile_id, decided.profile_id) as profile_id,
    decided.offer_ids,
    decided.unknown_reasons
from wanted
full join decided on wanted.profile_id = decided.profile_id
cross join live
where
    wanted.profile_id is null
    or decided.offer_ids is distinct from live.offer_ids
    or decided.unknown_reasons <> '{}'
