-- Grain: day of the first visit × its channel and scene group × days after it × door of the first return.
-- Through which door do they come back? A row counts once its days are over.
with visits as (
    select
        profile_id,
        visit_date,
        channel as return_channel,
        scene_group as return_scene_group,
        first_value(visit_date) over person as cohort_date,
        first_value(channel) over person as channel,
        first_value(scene_group) over person as scene_group
    from {{ ref('int_visit_days') }}
    where profile_kind = 'known'
    window person as (partition by profile_id order by visit_date)
),

returns as (
    select distinct on (visits.profile_id, later.period_offset)
        visits.*,
        later.period_offset,
        later.last_offset
    from visits
    inner join (values (1, 7), (8, 30), (31, 90)) as later (period_offset, last_offset)
        on visits.visit_date - visits.cohort_date between later.period_offset and later.last_offset
    where visits.cohort_date + later.last_offset <= {{ as_of() }}
    order by visits.profile_id asc, later.period_offset asc, visits.visit_date asc
),

final as (
    select
        cohort_date,
        channel,
        scene_group,
        period_offset,
        last_offset,
        return_channel,
        return_scene_group,
        count(*)::integer as returned_count
    from returns
    group by cohort_date, channel, scene_group, period_offset, last_offset, return_channel, return_scene_group
)

select * from final
