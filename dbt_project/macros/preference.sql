{# The weight of one observation, in millionths: half as much after each half-life. #}
{% macro decayed_millionths(age_days, half_life_days) -%}
    round(1e6 * exp(-ln(2) / {{ half_life_days }} * {{ age_days }})::numeric)::bigint
{%- endmacro %}

{#
The same of a whole age in days, looked up in an array of all ages: a tenth of what the power costs.
After 23 half-lives an observation weighs nothing and the array ends.
#}
{% macro looked_up_decay(age_days, half_life_days) -%}
    coalesce((
            select array_agg({{ decayed_millionths('age.days', half_life_days) }} order by age.days)
            from generate_series(0, 23 * {{ half_life_days }}) as age (days)
        )[{{ age_days }} + 1], 0)
{%- endmacro %}

{#
Before preferences are put in again they leave: those of touched persons, and everybody's of a dimension in which a value's share of
the population is not what they were made with. What stays was made with the shares of today, whatever runs failed before.
#}
{% macro forget_moved_preferences() -%}
    {% set touched, shares = ref('int_touched_profile'), ref('int_habit_share') -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where profile_id in (select touched.profile_id from {{ touched }} as touched)
        or dimension in (
            select coalesce(shares.dimension, known.dimension)
            from {{ shares }} as shares
            full join (select distinct dimension, value, population_share from {{ this }}) as known
                on shares.dimension = known.dimension and shares.value = known.value
            where coalesce(shares.share, 0) <> coalesce(known.population_share, 0)
        )
    {%- endif %}
{%- endmacro %}

{#
All of a dimension left: everybody's preferences in it are made anew. Distinct, because what the planner takes for too
much to hash is read again from the start for each row.
#}
{% macro is_made_anew(dimension) -%}
    {% if is_incremental() -%}
    {{ dimension }} not in (select distinct known.dimension from {{ this }} as known)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{# A person's first choice in a dimension. #}
{% macro preferred(dimension) -%}
    max(value) filter (where dimension = '{{ dimension }}') as {{ dimension }}_value,
    max(share) filter (where dimension = '{{ dimension }}') as {{ dimension }}_share,
    max(dimension_n) filter (where dimension = '{{ dimension }}') as {{ dimension }}_n
{%- endmacro %}

{# It is `unknown` while too little was seen. #}
{% macro preference_columns(dimension) -%}
    {% set is_supported = 'preferences.' ~ dimension ~ '_n >= ' ~ var('preference_min_support') -%}
    case when {{ is_supported }} then preferences.{{ dimension }}_value else 'unknown' end as pref_{{ dimension }},
    case when {{ is_supported }} then preferences.{{ dimension }}_share end::numeric(4, 2) as pref_{{ dimension }}_share,
    coalesce(preferences.{{ dimension }}_n, 0) as pref_{{ dimension }}_support_count
{%- endmacro %}
