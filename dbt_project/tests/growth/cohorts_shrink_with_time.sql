-- Fewer are active from a later day on; a single day is within the range that holds it.
with rates as (
    select
        activity,
        cohort_date,
        channel,
        scene_group,
        max(active_count) filter (where period = 'on_or_after' and period_offset = 1) as from_1,
        max(active_count) filter (where period = 'on_or_after' and period_offset = 7) as from_7,
        max(active_count) filter (where period = 'on_or_after' and period_offset = 30) as from_30,
        max(active_count) filter (where period = 'range' and period_offset = 1) as in_1_7,
        max(active_count) filter (where period = 'day' and period_offset = 1) as on_1,
        max(active_count) filter (where period = 'day' and period_offset = 7) as on_7
    from {{ ref('retention_cohort') }}
    where period in ('day', 'range', 'on_or_after')
    group by activity, cohort_date, channel, scene_group
)

select *
from rates
where
    from_1 < from_7
    or from_7 < from_30
    or in_1_7 > from_1
    or greatest(on_1, on_7) > in_1_7
