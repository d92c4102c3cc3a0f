-- Grain: profile × field: the value that counts, and the record that said it.
-- Counted again from all values in each run, so a merge or a split needs no arithmetic.
{{ config(materialized='view') }}

with candidates as (
    select
        attributes.*,
        rule.strategy,
        coalesce(
            array_position(string_to_array(rule.trusted_sources, '|'), attributes.source), 99
        ) as distrust,
        count(*) over (
            partition by attributes.profile_id, attributes.field, attributes.value
        ) as said_count
    from {{ ref('int_attribute_values') }} as attributes
    inner join {{ ref('attribute_rule') }} as rule on attributes.field = rule.field
),

ranked as (
    select
        *,
        row_number() over (
            partition by profile_id, field
            order by
                case when strategy = 'most_trusted' then distrust end asc,
                case when strategy = 'most_frequent' then said_count end desc,
                observed_at desc,
                record_id desc
        ) as place
    from candidates
),

unions as (
    select
        profile_id,
        field,
        string_agg(distinct value, '|') as every_value
    from ranked
    where strategy = 'union'
    group by profile_id, field
),

final as (
    select
        ranked.profile_id,
        ranked.field,
        coalesce(unions.every_value, ranked.value) as value,
        ranked.strategy,
        ranked.source,
        ranked.observed_at,
        ranked.record_id,
        ranked.said_count
    from ranked
    left join unions on ranked.profile_id = unions.profile_id and ranked.field = unions.field
    where ranked.place = 1
)

select * from final
