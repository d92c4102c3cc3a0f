-- Grain: known person × dimension × value that was done or bought.
-- n days on which it was, the last of them, and the decayed count in millionths.
-- Age runs from the person's newest observation and not from today, so that a row changes only when the
-- person does something. Decayed counts are sums of integers: sums of floats differ from run to run.
-- A table of its own, so that the planner of int_preference knows how many rows it joins.
{{ config(indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}]) }}

with visits as (
    select
        profile_id,
        event_date,
        channel,
        device_type,
        event_hour,
        category
    from {{ ref('int_person_activity') }}
    where profile_kind = 'known' and visit_event_count > 0
    group by profile_id, event_date, channel, device_type, event_hour, category
),

observations as (
    select
        activity.profile_id,
        habit.dimension,
        habit.value,
        activity.event_date as on_date
    from visits as activity
    inner join lateral (
        values
        ('channel', activity.channel),
        ('device', nullif(activity.device_type, 'unknown')),
        ('hour', lpad(activity.event_hour::text, 2, '0')),
        ('category', nullif(activity.category, 'none'))
    ) as habit (dimension, value) on true
    where habit.value is not null
    union
    select
        profile_id,
        'category' as dimension,
        category as value,
        order_date as on_date
    from {{ ref('int_person_lines') }}
    where category <> 'unknown'
    union
    select
        profile_id,
        'promotion' as dimension,
        promotion_type as value,
        order_date as on_date
    from {{ ref('int_person_orders') }}
),

aged as (
    select
        *,
        max(on_date) over (partition by profile_id, dimension) - on_date as age_days,
        case
            when dimension in ('category', 'promotion')
                then {{ var('order_half_life_days') }}
            else {{ var('behaviour_half_life_days') }}
        end as half_life_days
    from observations
),

final as (
    select
        profile_id,
        dimension,
        value,
        count(*) as n,
        max(on_date) as last_date,
        sum({{ decayed_millionths('age_days', 'half_life_days') }})::bigint as weight_millionths
    from aged
    group by profile_id, dimension, value
)

select * from final
