{# A run that was overtaken by a newer one must not commit: the row it reads stays locked until this transaction ends. #}
{% macro check_fence() -%}
    {% set fence = run_value('C360_DBT_FENCE', '0') | int -%}
    {% if execute and fence -%}
    do $$
    begin
        if not coalesce(ops.holds_fence({{ fence }}), false) then
            raise exception 'the transform was taken over by a newer run';
        end if;
    end
    $$
    {%- endif %}
{%- endmacro %}
