-- Grain: known person × dimension × value.
-- What the person most likely prefers: share = (w + m·g) / (Σw + m), with w the decayed count of the
-- value, g its share in the population and m the weight of that prior.
-- Choices and values go by number, in the order of their names: most of the work is sorting them. Only
-- touched persons' choices are made anew, and everybody's where a share of the population moved: it is
-- kept beside what was made with it.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_moved_preferences() }}",
    indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}],
) }}

with habits as (
    select
        profile_id,
        dimension,
        value,
        n,
        last_date,
        weight_millionths
    from {{ ref('int_habit') }}
    where {{ is_touched('profile_id') }} or {{ is_made_anew('dimension') }}
),

totals as (
    select
        profile_id,
        dimension,
        sum(n)::integer as dimension_n,
        sum(weight_millionths)::bigint + 1000000 * {{ var('shrinkage_weight') }} as all_millionths,
        (row_number() over (order by profile_id, dimension))::integer as choice_no
    from habits
    group by profile_id, dimension
),

population as (
    select
        dimension,
        value,
        share,
        (1000000 * {{ var('shrinkage_weight') }} * share)::bigint as weight_millionths,
        (row_number() over (partition by dimension order by value))::integer as value_no
    from {{ ref('int_habit_share') }}
),

-- The order of weights is the order of shares. A value without a share is only of who has it.
shrunk as (
    select
        totals.choice_no,
        population.value_no,
        totals.profile_id,
        totals.dimension,
        population.value,
        population.share as population_share,
        totals.dimension_n,
        totals.all_millionths,
        own.n,
        own.last_date,
        own.weight_millionths,
        coalesce(own.weight_millionths, 0) + population.weight_millionths as shrunk_millionths
    from totals
    inner join population on totals.dimension = population.dimension
    left join habits as own
        on
            totals.profile_id = own.profile_id
            and totals.dimension = own.dimension
            and population.value = own.value
    where population.share > 0 or own.n > 0
),

ranked as (
    select
        *,
        row_number() over person as preference_rank,
        lead(shrunk_millionths) over person as next_millionths
    from shrunk
    window person as (partition by choice_no order by shrunk_millionths desc, value_no asc)
),

final as (
    select
        profile_id,
        dimension,
        value,
        coalesce(n, 0)::integer as n,
        dimension_n,
        last_date,
        coalesce(weight_millionths, 0) as weight_millionths,
        round(shrunk_millionths::numeric / all_millionths, 2) as share,
        preference_rank,
        round(
            shrunk_millionths::numeric / all_millionths - next_millionths::numeric / all_millionths, 2
        ) as margin,
        population_share
    from ranked
    where n > 0 or preference_rank = 1
)

select * from final
