-- Grain: known person × time in one stage of the habit of visiting.
-- Every day on which a stage may begin follows from the visits: the first one, 1, 8 and 31 days after it,
-- 30 and 90 silent days, a return after 30 silent days, and 30 days after a return.
with visits as (
    select
        visits.profile_id,
        visits.visit_date,
        min(visits.visit_date) over (partition by visits.profile_id) as first_date,
        visits.visit_date - lag(visits.visit_date) over (
            partition by visits.profile_id order by visits.visit_date
        ) as silent_days
    from {{ ref('int_visit_days') }} as visits
    inner join {{ ref('int_person') }} as person on visits.profile_id = person.profile_id
    where person.kind = 'known' and not person.is_under_14
),

moments as (
    select
        visits.profile_id,
        visits.first_date,
        visits.visit_date + step.days as on_date,
        case step.days when 0 then visits.visit_date end as visit_date,
        case when step.days = 0 and visits.silent_days >= 30 then visits.visit_date end as returned_date
    from visits
    inner join (values (0), (1), (8), (30), (31), (90)) as step (days)
        on
            step.days in (0, 30, 90)
            or visits.visit_date = visits.first_date
    where visits.visit_date + step.days <= {{ as_of() }}
),

days as (
    select
        profile_id,
        first_date,
        on_date,
        max(max(visit_date)) over person as last_date,
        max(max(returned_date)) over person as returned_date
    from moments
    group by profile_id, first_date, on_date
    window person as (partition by profile_id order by on_date)
),

staged as (
    select
        profile_id,
        on_date,
        case
            when on_date - last_date >= 90 then 'lost'
            when on_date - last_date >= 30 then 'sleeping'
            when on_date - returned_date < 30 then 'returned'
            when on_date - first_date < 1 then 'new'
            when on_date - first_date <= 7 then 'early'
            when on_date - first_date <= 30 then 'habit'
            else 'long'
        end as visit_stage
    from days
),

changes as (
    select
        *,
        lag(visit_stage) over (partition by profile_id order by on_date) as stage_before
    from staged
),

final as (
    select
        profile_id,
        visit_stage,
        on_date as valid_from,
        lead(on_date) over (partition by profile_id order by on_date) as valid_to,
        stage_before
    from changes
    where visit_stage is distinct from stage_before
)

select * from final
