{# A fixed part of the persons, the same in every run, of about so many in all. #}
{% macro is_sampled(profile_id, persons, size) -%}
    mod(('x' || left(md5({{ profile_id }}), 7))::bit(28)::integer, 1000)
    <= 1000.0 * {{ size }} / (select greatest(count(*), 1) from {{ ref(persons) }})
{%- endmacro %}

{# What is left of a line after the cost of the goods; half while no cost is known. #}
{% macro margin_rate() -%}
    (
        select coalesce(round(1 - sum(quantity * cost_fen) / nullif(sum(line_total_fen), 0), 3), 0.5) as rate
        from {{ ref('int_person_lines') }}
        where cost_fen > 0 and quantity > 0
    )
{%- endmacro %}

{# How likely a buyer is not to order within 90 days. #}
{% macro risk_band(risk) -%}
    case when {{ risk }} >= 0.7 then 'high' when {{ risk }} >= 0.4 then 'middle' when {{ risk }} is not null then 'low' end
{%- endmacro %}
