-- Grain: known person × dimension × value.
-- What was done or bought, and the value the person most likely prefers: share = (w + m·g) / (Σw + m),
-- with w the decayed count of the value, g its share in the population and m the weight of that prior.
-- Age runs from the person's newest observation and not from today, so that a row changes only when the
-- person does something. Decayed counts are sums of integers: sums of floats differ from run to run.
{{ config(indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}]) }}

with observations as (
    select
        activity.profile_id,
        habit.dimension,
        habit.value,
        activity.event_date as on_date
    from {{ ref('int_person_activity') }} as activity
    inner join lateral (
        values
        ('channel', activity.channel),
        ('device', nullif(activity.device_type, 'unknown')),
        ('hour', lpad(activity.event_hour::text, 2, '0')),
        ('category', nullif(activity.category, 'none'))
    ) as habit (dimension, value) on true
    where activity.profile_kind = 'known' and activity.visit_event_count > 0 and habit.value is not null
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

own as (
    select
        profile_id,
        dimension,
        value,
        count(*) as n,
        max(on_date) as last_date,
        sum({{ decayed_millionths('age_days', 'half_life_days') }})::bigint as weight_millionths
    from aged
    group by profile_id, dimension, value
),

totals as (
    select
        profile_id,
        dimension,
        sum(n)::integer as dimension_n,
        sum(weight_millionths)::bigint as weight_millionths
    from own
    group by profile_id, dimension
),

population as (
    select
        dimension,
        value,
        round(sum(n) / sum(sum(n)) over (partition by dimension), 3) as share
    from own
    group by dimension, value
),

shrunk as (
    select
        totals.profile_id,
        totals.dimension,
        population.value,
        coalesce(own.n, 0)::integer as n,
        totals.dimension_n,
        own.last_date,
        {{ shrunk_share('own.weight_millionths', 'totals.weight_millionths', 'population.share') }} as share
    from totals
    inner join population on totals.dimension = population.dimension
    left join own
        on
            totals.profile_id = own.profile_id
            and totals.dimension = own.dimension
            and population.value = own.value
),

final as (
    select
        profile_id,
        dimension,
        value,
        n,
        dimension_n,
        last_date,
        round(share, 2) as share,
        row_number() over person as preference_rank,
        round(share - lead(share) over person, 2) as margin
    from shrunk
    window person as (partition by profile_id, dimension order by share desc, value asc)
)

select * from final
where n > 0 or preference_rank = 1
