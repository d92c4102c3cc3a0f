{# A part of a whole, four decimals; null when there is no whole. #}
{% macro rate(part, whole) -%} round({{ part }}::numeric / nullif({{ whole }}, 0), 4)::numeric(5, 4) {%- endmacro %}
