-- Grain: tag: what the dictionary says about it, with its rules as text in the order in which they are tried.
with rules as (
    select
        tag_key,
        string_agg(
            ltrim(tag_value, '=') || ' if ' || predicate, '; '
            order by position
        ) as rules
    from {{ ref('tag_rule') }}
    group by tag_key
),

final as (
    select
        dictionary.tag_key,
        dictionary.name_zh,
        dictionary.name_en,
        dictionary.kind,
        string_to_array(dictionary.values_in_order, '|') as values_in_order,
        rules.rules,
        dictionary.refresh,
        dictionary.owner,
        dictionary.is_sensitive
    from {{ ref('tag_dictionary') }} as dictionary
    inner join rules on dictionary.tag_key = rules.tag_key
)

select * from final
