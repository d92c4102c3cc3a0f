{# The look-back windows of every count and amount, in days up to and with as_of. #}
{% macro windows() -%} {{ return([1, 7, 30, 90]) }} {%- endmacro %}

{# The days between two windows' edges are alike to all windows: each is named by the oldest day of its narrowest window. #}
{% macro window_band(day) -%}
    case
            {%- for days in windows() %}
            when {{ day }} > {{ as_of() }} - {{ days }} then {{ as_of() }} - {{ days - 1 }}
            {%- endfor %}
        end
{%- endmacro %}

{# One column for each window: `<family>_<days>d_<measure>`. #}
{% macro windowed(family, measure, aggregate, day) -%}
    {% for days in windows() -%}
    coalesce({{ aggregate }} filter (where {{ day }} > {{ as_of() }} - {{ days }}), 0)::bigint as {{ family }}_{{ days }}d_{{ measure }}
    {%- if not loop.last %},
    {% endif -%}
    {% endfor -%}
{%- endmacro %}

{# The same columns taken from a joined table; nothing there means nothing done. #}
{% macro windowed_from(relation, family, measure) -%}
    {% for days in windows() -%}
    coalesce({{ relation }}.{{ family }}_{{ days }}d_{{ measure }}, 0) as {{ family }}_{{ days }}d_{{ measure }}
    {%- if not loop.last %},
    {% endif -%}
    {% endfor -%}
{%- endmacro %}

{# The named measures as columns in one order; what a part does not measure is 0. #}
{% macro measures(expressions, names) -%}
    {% for name in names -%}
    {{ expressions.get(name, '0') }} as {{ name }}
    {%- if not loop.last %},
    {% endif -%}
    {% endfor -%}
{%- endmacro %}

{# A moment lies in the last days up to and with as_of. #}
{% macro in_days(moment, days) -%}
    {{ moment }} >= {{ local_midnight(as_of() ~ ' - ' ~ (days - 1)) }}
{%- endmacro %}

{# An amount rounded to half of its leading digit: what moves a little each day is published when it moved a step. #}
{% macro coarse(amount) -%}
    case when {{ amount }} >= 1 then {{ half_digit(amount) }} else 0 end::bigint
{%- endmacro %}

{# The same of a number of things expected: in tenths below 1. #}
{% macro coarse_count(number) -%}
    case when {{ number }} >= 1 then {{ half_digit(number) }} else {{ number }} end
{%- endmacro %}

{# Half of the leading digit of what is 1 or more, and nothing between. #}
{% macro half_digit(amount) -%}
    round({{ amount }} / (10 ^ floor(log({{ amount }}::numeric)) / 2)) * (10 ^ floor(log({{ amount }}::numeric)) / 2)
{%- endmacro %}
