-- Grain: dimension × value of habits: its share in the population, in steps of a thousandth.
-- What was observed counts up to the last Sunday: everybody's preferences are weighed with the shares, so
-- they move once a week. Until half of a dimension's observations are older than that, all of them count.
{{ config(indexes=[{'columns': ['dimension', 'value'], 'unique': true}]) }}

with this_week as (
    select
        dimension,
        value,
        count(*) as n
    from (
        {{ habit_observations(since=last_sunday()) }}
    ) as seen
    group by dimension, value
),

all_time as (
    select
        dimension,
        value,
        sum(n)::bigint as n
    from {{ ref('int_habit') }}
    group by dimension, value
),

counted as (
    select
        all_time.dimension,
        all_time.value,
        case
            when
                2 * sum(coalesce(this_week.n, 0)) over (partition by all_time.dimension)
                > sum(all_time.n) over (partition by all_time.dimension)
                then all_time.n
            else all_time.n - coalesce(this_week.n, 0)
        end as n
    from all_time
    left join this_week on all_time.dimension = this_week.dimension and all_time.value = this_week.value
),

final as (
    select
        dimension,
        value,
        round(n / sum(n) over (partition by dimension), 3) as share
    from counted
)

select * from final
