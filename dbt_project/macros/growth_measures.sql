{# How many there are of each value from 1 to `highest`, as an array; a row is of `counted` of them. #}
{% macro growth_histogram(value, highest, counted) -%}
    array[
        {% for n in range(1, highest + 1) -%}
        coalesce(sum({{ counted }}) filter (where {{ value }} = {{ n }}), 0)::integer{{ ',' if not loop.last }}
        {% endfor -%}
    ]
{%- endmacro %}

{# A day by number, and as one bit of 60: within 60 days each has a bit of its own. #}
{% macro growth_day_number(day) -%} ({{ day }} - date '1970-01-01') {%- endmacro %}

{% macro growth_day_bit(day_number) -%} (1::bigint << (({{ day_number }}) % 60)) {%- endmacro %}

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
