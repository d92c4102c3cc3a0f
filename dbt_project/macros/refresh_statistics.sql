{# A table made a moment ago has no statistics, and the next model's plan depends on them. #}
{% macro refresh_statistics() -%}
    {% if config.get('materialized') != 'view' %}analyze {{ this }}{% endif %}
{%- endmacro %}
