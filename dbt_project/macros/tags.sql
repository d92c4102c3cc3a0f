{#
Tags by key as `pipeline.tag_rules` compiled them: value, score and support in SQL, and the rules' version.
#}
{% macro tag_rows() -%}
    {% for key, tag in fromjson(run_value('C360_DBT_TAG_RULES', '{}')) | dictsort -%}
        ('{{ key }}', {{ tag.value }}, {{ tag.score }}::numeric, {{ tag.support }}::bigint, '{{ tag.version }}'){{ ',' if not loop.last }}
    {% else -%}
        ('none', null::text, null::numeric, null::bigint, 'none')
    {% endfor %}
{%- endmacro %}

{# The history as it was before this day: a repeated run writes the day again. #}
{% macro forget_tags_of_the_day() -%}
    {% if is_incremental() -%}
    delete from {{ this }} as told
    where
        told.valid_from >= {{ as_of() }}
        or not exists (select from {{ ref('portrait') }} as live where told.profile_id = live.profile_id);
    update {{ this }} set valid_to = null where valid_to >= {{ as_of() }}
    {%- endif %}
{%- endmacro %}
