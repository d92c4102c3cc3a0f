{# How many rows have each value from 1 to `highest`, as an array. #}
{% macro growth_histogram(value, highest) -%}
    array[
        {% for n in range(1, highest + 1) -%}
        (count(*) filter (where {{ value }} = {{ n }}))::integer{{ ',' if not loop.last }}
        {% endfor -%}
    ]
{%- endmacro %}

{# Millionths of one credit by a share: rounded down; the last touch of a conversion takes what is left. #}
{% macro growth_credit(share) -%}
    floor(1e6 * ({{ share }})::numeric)::bigint
{%- endmacro %}

{# What a touch of that age weighs, in millionths: half as much after each half-life; without a touch all of it. #}
{% macro growth_half_life_weight(age, half_life_days) -%}
    greatest(
            1, round(1e6 * power(2.0::float8, coalesce(extract(epoch from {{ age }})::float8, 0) / -86400 / {{ half_life_days }}))
        )::numeric
{%- endmacro %}

{# How many messages came in the seven days before: 0, 1, 2, 3+. #}
{% macro growth_contact_band(contacts) -%}
    case when {{ contacts }} >= 3 then '3+' else ({{ contacts }})::text end
{%- endmacro %}
