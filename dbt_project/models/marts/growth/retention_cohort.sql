-- Grain: activity × period × cohort × channel × scene group × periods after the cohort.
-- Counts are null until the period they belong to is over; `on_or_after` counts up to now.
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

since_first as (
    select
        activity,
        profile_id,
        on_date,
        first_value(on_date) over person as first_date,
        first_value(channel) over person as channel,
        first_value(scene_group) over person as scene_group
    from activity
    window person as (partition by activity, profile_id order by on_date)
),

persons as (
    select
        activity,
        profile_id,
        first_date,
        channel,
        scene_group,
        bit_or({{ growth_period_bits('on_date', 'first_date') }}) as mask
    from since_first
    group by activity, profile_id, first_date, channel, scene_group
),

alike as (
    select
        activity,
        first_date,
        channel,
        scene_group,
        mask,
        count(*) as person_count
    from persons
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
