-- Grain: activity × period × cohort × channel × scene group × periods after the cohort.
-- Counts are null until the period they belong to is over.
with order_days as (
    select distinct on (profile_id, order_date)
        profile_id,
        order_date,
        channel,
        scene_group
    from {{ ref('int_person_orders') }}
    order by profile_id asc, order_date asc, order_at asc, order_id asc
),

activity as (
    select
        'visit' as activity,
        profile_id,
        visit_date as on_date,
        channel,
        scene_group
    from {{ ref('int_visit_days') }}
    where profile_kind = 'known'
    union all
    select
        'order' as activity,
        profile_id,
        order_date as on_date,
        channel,
        scene_group
    from order_days
),

active_periods as (
    select distinct
        activity.activity,
        activity.profile_id,
        period.period,
        date_trunc(period.period, activity.on_date::timestamp)::date as period_start
    from activity
    cross join (values ('day'), ('month')) as period (period)
),

firsts as (
    select distinct on (activity, profile_id)
        activity,
        profile_id,
        on_date as first_date,
        channel,
        scene_group
    from activity
    order by activity asc, profile_id asc, on_date asc
),

followed as (
    select
        firsts.activity,
        firsts.profile_id,
        firsts.channel,
        firsts.scene_group,
        later.period,
        later.period_offset,
        date_trunc(later.period, firsts.first_date::timestamp)::date as cohort_date,
        {{ period_after('firsts.first_date', 'later') }} as period_start
    from firsts
    cross join {{ followed_periods() }} as later (period, period_offset) -- noqa: AL05
),

counted as (
    select
        followed.activity,
        followed.period,
        followed.cohort_date,
        followed.channel,
        followed.scene_group,
        followed.period_offset,
        followed.period_start,
        count(*)::integer as cohort_count,
        count(active_periods.profile_id)::integer as active_count
    from followed
    left join active_periods
        on
            followed.activity = active_periods.activity
            and followed.profile_id = active_periods.profile_id
            and followed.period = active_periods.period
            and followed.period_start = active_periods.period_start
    group by
        followed.activity,
        followed.period,
        followed.cohort_date,
        followed.channel,
        followed.scene_group,
        followed.period_offset,
        followed.period_start
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
        case when {{ is_over('period', 'period_start') }} then active_count end as active_count,
        case
            when {{ is_over('period', 'period_start') }} then {{ rate('active_count', 'cohort_count') }}
        end as retention_rate
    from counted
)

select * from final
