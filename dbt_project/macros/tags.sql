{#
Tags are rules in two seeds: comparisons of a feature of the portrait with a value, first match wins. Names, operators
and values are parsed here and written anew as SQL; the seeds' text itself is never run.
#}
{% macro tag_literal(operand) -%}
    {% if operand in ['true', 'false'] or modules.re.fullmatch('-?[0-9]{1,12}([.][0-9]{1,6})?', operand) -%}
        {{ operand }}
    {%- else -%}
        '{{ operand | replace("'", "''") }}'
    {%- endif %}
{%- endmacro %}

{% macro tag_feature(name) -%}
    {% if not modules.re.fullmatch('[a-z][a-z0-9_]{0,62}', name) -%}
        {{ exceptions.raise_compiler_error("tag_rule names a feature '" ~ name ~ "' that is no column name") }}
    {%- endif -%}
    portrait.{{ name }}
{%- endmacro %}

{% macro tag_condition(feature, operator, operand) -%}
    {% if operator == 'between' -%}
        {% set edges = operand.split('|') -%}
        {{ tag_feature(feature) }} between '{{ edges[0] }}' and '{{ edges[1] }}'
    {%- elif operator == 'is not' -%}
        {{ tag_feature(feature) }} <> '{{ operand | replace("'", "''") }}'
    {%- elif operator in ['=', '<>', '<', '<=', '>', '>='] -%}
        {{ tag_feature(feature) }} {{ operator }} {{ tag_literal(operand) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error("tag_rule has the unknown operator '" ~ operator ~ "'") }}
    {%- endif %}
{%- endmacro %}

{# The rules of every tag, in the order in which they are tried. They are read while the model is compiled. #}
{% macro tag_rules() -%}
    {% set rules = {} -%}
    {% if execute -%}
        {% set found = run_query("select * from staging.tag_rule order by tag_key, position") -%}
        {% for rule in found -%}
            {% do rules.setdefault(rule['tag_key'], []).append(rule) -%}
        {% endfor -%}
    {%- endif %}
    {{ return(rules) }}
{%- endmacro %}

{# The value of one tag; `=` as a rule's value takes the feature's own. #}
{% macro tag_value(rules) -%}
    case
    {%- for rule in rules %}
        when {{ tag_condition(rule['feature'], rule['operator'], rule['operand'] | string) }}
        {%- if rule['and_feature'] %}
            and {{ tag_condition(rule['and_feature'], rule['and_operator'], rule['and_operand'] | string) }}
        {%- endif %}
            then {{ tag_feature(rule['feature']) if rule['tag_value'] == '=' else tag_literal(rule['tag_value']) }}
    {%- endfor %}
    end::text
{%- endmacro %}

{# What one tag is of a person: its key, value, score, support and the version of its rule. #}
{% macro tag_rows() -%}
    {% set rules = tag_rules() -%}
    {% set definitions = run_query("select * from staging.tag_dictionary order by tag_key") if execute else [] -%}
    {% for definition in definitions -%}
        {% set value = tag_value(rules[definition['tag_key']]) -%}
        (
            '{{ definition['tag_key'] }}',
            {{ value }},
            {{ tag_feature(definition['score_feature']) if definition['score_feature'] else 'null' }}::numeric,
            {{ tag_feature(definition['support_feature']) if definition['support_feature'] else 'null' }}::bigint,
            '{{ local_md5(value)[:8] }}'
        ){{ ',' if not loop.last }}
    {% else -%}
        ('none', null::text, null::numeric, null::bigint, 'none')
    {% endfor %}
{%- endmacro %}

{# The history as it was before this day: a repeated run writes the day again. #}
{% macro forget_tags_of_the_day() -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where valid_from >= {{ as_of() }} or profile_id not in (select live.profile_id from {{ ref('portrait') }} as live);
    update {{ this }} set valid_to = null where valid_to >= {{ as_of() }}
    {%- endif %}
{%- endmacro %}
