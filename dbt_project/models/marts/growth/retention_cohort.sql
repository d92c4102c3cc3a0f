-- Grain: activity × period × cohort × channel × scene group × periods after the cohort.
-- Counts are null until the period they belong to is over; `on_or_after` counts up to now.
with alike as (
    select
        activity,
        first_date,
        channel,
        scene_group,
        mask,
        count(*) as person_count
    from {{ ref('int_cohort_person') }}
    group by activity, first_date, channel, scene_group, mask
),

counted as (
    select
        alike.activity,
        later.period,
        {{ growth_cohort_date('later.period', 'alike.first_date') }} as cohort_date,
        alike.channel,
        alike.scene_group,
        later.period_offset,
        later.last_offset,
        sum(alike.person_count)::integer as cohort_count,
        coalesce(sum(alike.person_count) filter (where (alike.mask >> later.bit) & 1 = 1), 0)::integer
            as active_count
    from alike
    cross join {{ growth_followed_periods() }} as later (period, period_offset, last_offset, bit)
    group by 1, 2, 3, 4, 5, 6, 7 -- noqa: AM06
),

over_or_not as (
    select
        *,
        {{ growth_last_day('counted') }} <= {{ as_of() }} as is_over
    from counted
),

final as (
    select
        activity,
        period,
        cohort_date,
        channel,
        scene_group,
        period_offset,
        cohort_count,
        case when is_over then active_count end as active_count,
        case when is_over then {{ rate('active_count', 'cohort_count') }} end as retention_rate,
        last_offset
    from over_or_not
)

select * from final
