-- Grain: dimension × value of habits: its share in the population, in steps of a thousandth.
{{ config(indexes=[{'columns': ['dimension', 'value'], 'unique': true}]) }}

with final as (
    select
        dimension,
        value,
        round(sum(n) / sum(sum(n)) over (partition by dimension), 3) as share
    from {{ ref('int_habit') }}
    group by dimension, value
)

select * from final
