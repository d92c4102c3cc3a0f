-- Grain: known person of 14 years or more × tag × first day: which value a tag had, from when to when.
-- Valid from the first day on which it held to the first day on which it did not.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['profile_id', 'tag_key', 'valid_from'],
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_tags_of_the_day() }}",
) }}

with held as (
    select
        portrait.profile_id,
        tag.tag_key,
        tag.tag_value,
        round(tag.score, 1)::numeric(14, 1) as score,
        tag.support_count::integer as support_count,
        round(tag.support_count / (tag.support_count + 5.0), 1)::numeric(2, 1) as confidence,
        tag.rule_version
    from {{ ref('portrait') }} as portrait
    inner join lateral (
        values
        {{ tag_rows() }}
    ) as tag (tag_key, tag_value, score, support_count, rule_version) on tag.tag_value is not null
),

known as (
    {% if is_incremental() %}
        select *
        from {{ this }}
        where valid_to is null
    {% else %}
        select
            *,
            null::date as valid_from,
            null::date as valid_to
        from held
        where false
    {% endif %}
),

final as (
    select
        coalesce(held.profile_id, known.profile_id) as profile_id,
        coalesce(held.tag_key, known.tag_key) as tag_key,
        coalesce(known.valid_from, {{ as_of() }}) as valid_from,
        coalesce(held.tag_value, known.tag_value) as tag_value,
        coalesce(held.score, known.score) as score,
        coalesce(held.support_count, known.support_count) as support_count,
        coalesce(held.confidence, known.confidence) as confidence,
        coalesce(held.rule_version, known.rule_version) as rule_version,
        case when held.profile_id is null then {{ as_of() }} end as valid_to
    from held
    full join known
        on
            held.profile_id = known.profile_id
            and held.tag_key = known.tag_key
            and held.tag_value = known.tag_value
    where
        (held.score, held.support_count, held.confidence, held.rule_version, held.tag_value)
        is distinct from
        (known.score, known.support_count, known.confidence, known.rule_version, known.tag_value)
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
