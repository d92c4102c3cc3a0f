{# The look-back windows of every count and amount, in days up to and with as_of. #}
{% macro windows() -%} {{ return([1, 7, 30, 90]) }} {%- endmacro %}

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
