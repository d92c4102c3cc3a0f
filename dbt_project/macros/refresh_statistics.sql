{#
A table made a moment ago has no statistics, and the next model's plan depends on them; a small sample is enough for that.
A table that only grew keeps those it has: the server renews them by itself once a tenth has changed.
#}
{% macro refresh_statistics() -%}
    {% if config.get('materialized') != 'view' -%}
    do $$
    begin
        if not exists (
            select from pg_catalog.pg_stats where schemaname = '{{ this.schema }}' and tablename = '{{ this.identifier }}'
        ) then
            set local default_statistics_target = 20;
            analyze {{ this }};
        end if;
    end
    $$
    {%- endif %}
{%- endmacro %}
