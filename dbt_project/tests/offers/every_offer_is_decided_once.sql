-- Every (reachable known person or person held out) × live offer is either in next_best_offer or in
-- offer_suppressed.
with reachable as (
    select profile_id
    from {{ ref('int_person_channels') }}
    where is_reachable
    union
    select assignment.profile_id
    from {{ source('offers', 'assignment') }} as assignment
    inner join {{ ref('int_person') }} as person on assignment.profile_id = person.profile_id
    where assignment.experiment_id = 'global' and assignment.arm = 'control' and person.kind = 'known'
),

wanted as (
    select
        reachable.profile_id,
        offer.offer_id
    from reachable
    cross join {{ ref('int_offer_live') }} as offer
),

decided as (
    select
        profile_id,
        offer_id
    from {{ ref('next_best_offer') }}
    union all
    select
        profile_id,
        offer_id
    from {{ ref('offer_suppressed') }}
),

counted as (
    select
        profile_id,
        offer_id,
        count(*) as decisions
    from decided
    group by profile_id, offer_id
)

select
    coalesce(wanted.profile_id, counted.profile_id) as profile_id,
    coalesce(wanted.offer_id, counted.offer_id) as offer_id,
    counted.decisions
from wanted
full join counted on wanted.profile_id = counted.profile_id and wanted.offer_id = counted.offer_id
where coalesce(counted.decisions, 0) <> 1 or wanted.profile_id is null
