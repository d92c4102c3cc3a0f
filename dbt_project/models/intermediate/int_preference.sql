-- Grain: known person × dimension × value.
-- What the person most likely prefers: share = (w + m·g) / (Σw + m), with w the decayed count of the
-- value, g its share in the population and m the weight of that prior.
-- Choices and values go by number, in the order of their names: most of the work is sorting them.
{{ config(indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}]) }}

with totals as (
    select
        profile_id,
        dimension,
        sum(n)::integer as dimension_n,
        sum(weight_millionths)::bigint as weight_millionths,
        (row_number() over (order by profile_id, dimension))::integer as choice_no
    from {{ ref('int_habit') }}
    group by profile_id, dimension
),

population as (
    select
        dimension,
        value,
        round(sum(n) / sum(sum(n)) over (partition by dimension), 3) as share,
        (row_number() over (partition by dimension order by value))::integer as value_no
    from {{ ref('int_habit') }}
    group by dimension, value
),

shrunk as (
    select
        totals.profile_id,
        totals.dimension,
        population.value,
        totals.choice_no,
        population.value_no,
        coalesce(own.n, 0)::integer as n,
        totals.dimension_n,
        own.last_date,
        coalesce(own.weight_millionths, 0) as weight_millionths,
        {{ shrunk_share('own.weight_millionths', 'totals.weight_millionths', 'population.share') }} as share
    from totals
    inner join population on totals.dimension = population.dimension
    left join {{ ref('int_habit') }} as own
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
        weight_millionths,
        round(share, 2) as share,
        row_number() over person as preference_rank,
        round(share - lead(share) over person, 2) as margin
    from shrunk
    window person as (partition by choice_no order by share desc, value_no asc)
)

select * from final
where n > 0 or preference_rank = 1
