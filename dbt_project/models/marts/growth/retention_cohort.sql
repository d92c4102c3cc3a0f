-- Grain: activity × period × cohort × channel × scene group × periods after the cohort.
-- Counts are null until the period they belong to is over.
with activity as (
    select
        'visit' as activity,
        profile_id,
        visit_date as on_date,
        channel,
        scene_group
    from {{ ref('int_visit_days') }}
    where profile_kind = 'known'
    union all
    (
        select distinct on (profile_id, order_date)
            'order',
            profile_id,
            order_date,
            channel,
            scene_group
        from {{ ref('int_person_orders') }}
        order by profile_id, order_date, order_at, order_id
    )
),

firsts as (
    select distinct on (activity, profile_id)
        activity,
        profile_id,
        on_date as first_date,
        channel,
        scene_group
    from activity
    order by activity, profile_id, on_date
),

offsets as (
    select
        period,
        period_offset
    from (values ('day', array[1, 7, 30]), ('month', {{ month_offsets() }})) as wanted (period, period_offsets)
    cross join lateral unnest(wanted.period_offsets) as period_offset
),

cohorts as (
    select
        firsts.activity,
        offsets.period,
        date_trunc(offsets.period, firsts.first_date::timestamp)::date as cohort_date,
        firsts.channel,
        firsts.scene_group,
        offsets.period_offset,
        count(*)::integer as cohort_count
    from firsts
    cross join offsets
    group by 1, 2, 3, 4, 5, 6
),

returns as (
    select
        firsts.activity,
        offsets.period,
        date_trunc(offsets.period, firsts.first_date::timestamp)::date as cohort_date,
        firsts.channel,
        firsts.scene_group,
        offsets.period_offset,
        count(distinct firsts.profile_id)::integer as active_count
    from firsts
    inner join activity on firsts.activity = activity.activity and firsts.profile_id = activity.profile_id
    inner join offsets
        on (offsets.period = 'day' and activity.on_date = firsts.first_date + offsets.period_offset)
        or (
            offsets.period = 'month'
            and {{ month_number('activity.on_date') }} = {{ month_number('firsts.first_date') }} + offsets.period_offset
        )
    group by 1, 2, 3, 4, 5, 6
),

final as (
    select
        cohorts.activity,
        cohorts.period,
        cohorts.cohort_date,
        cohorts.channel,
        cohorts.scene_group,
        cohorts.period_offset,
        cohorts.cohort_count,
        case when {{ period_end('cohorts') }} <= {{ as_of() }} then coalesce(returns.active_count, 0) end as active_count,
        case
            when {{ period_end('cohorts') }} <= {{ as_of() }}
                then round(coalesce(returns.active_count, 0)::numeric / cohorts.cohort_count, 4)
        end::numeric(5, 4) as retention_rate
    from cohorts
    left join returns using (activity, period, cohort_date, channel, scene_group, period_offset)
)

select * from final
