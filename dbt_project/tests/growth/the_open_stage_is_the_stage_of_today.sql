-- Stages tile the time since the first visit, and the open one is what the visits say today.
with tiled as (
    select
        profile_id,
        visit_stage,
        valid_to,
        lead(valid_from) over (partition by profile_id order by valid_from) as next_from
    from {{ ref('visit_stage_history') }}
),

open_stages as (
    select
        tiled.profile_id,
        tiled.visit_stage
    from tiled
    where tiled.valid_to is null
),

expected as (
    select
        stage.profile_id,
        stage.visit_stage
    from {{ ref('int_visit_stage') }} as stage
    inner join {{ ref('int_person') }} as person on stage.profile_id = person.profile_id
    where person.kind = 'known' and not person.is_under_14
)

select profile_id
from tiled
where valid_to is distinct from next_from
union all
select coalesce(open_stages.profile_id, expected.profile_id) as profile_id
from open_stages
full join expected on open_stages.profile_id = expected.profile_id
where open_stages.visit_stage is distinct from expected.visit_stage
