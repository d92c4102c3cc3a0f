{#
How far a cohort is followed. `day`, `week` (ISO) and `month` (calendar) are single periods after the cohort's own; `range` is
from day period_offset to day last_offset; `on_or_after` is any day from period_offset on. A period's bit says in a person's mask
that there was activity in it.
#}
{% macro growth_followed_periods() -%}
    (
        values
        ('day', 1, 1, 0), ('day', 7, 7, 1), ('day', 30, 30, 2),
        ('range', 1, 7, 3), ('range', 8, 30, 4), ('range', 31, 90, 5),
        ('on_or_after', 1, null, 6), ('on_or_after', 7, null, 7), ('on_or_after', 30, null, 8)
        {% for unit, before in [('week', 8), ('month', 20)] %}{% for n in range(1, 13) -%}
        , ('{{ unit }}', {{ n }}, {{ n }}, {{ before + n }})
        {%- endfor %}{% endfor %}
    )
{%- endmacro %}

{# The bits of the periods in which one day of activity lies: days, ISO weeks and months after the first. #}
{% macro growth_period_bits(on_date, first_date) -%}
    {% set days = '(' ~ on_date ~ ' - ' ~ first_date ~ ')' -%}
    {% set weeks = '(' ~ growth_week_number(on_date) ~ ' - ' ~ growth_week_number(first_date) ~ ')' -%}
    {% set months = '(' ~ growth_month_number(on_date) ~ ' - ' ~ growth_month_number(first_date) ~ ')' -%}
    {% for condition in [
        '= 1', '= 7', '= 30', 'between 1 and 7', 'between 8 and 30', 'between 31 and 90', '>= 1', '>= 7', '>= 30'
    ] -%}
    (({{ days }} {{ condition }})::integer::bigint << {{ loop.index0 }}) |
    {% endfor -%}
    case when {{ weeks }} between 1 and 12 then 1::bigint << 8 + {{ weeks }} else 0 end
    | case when {{ months }} between 1 and 12 then 1::bigint << 20 + {{ months }} else 0 end
{%- endmacro %}

{# Weeks and months since the year 1970, whose first Monday was the 5th of January. #}
{% macro growth_week_number(day) -%} (({{ day }} - date '1970-01-05') / 7) {%- endmacro %}

{% macro growth_month_number(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))::integer
{%- endmacro %}

{# A cohort's date: the first day of the week or month of the first activity, else the day itself. #}
{% macro growth_cohort_date(period, first_date) -%}
    case when {{ period }} in ('week', 'month') then date_trunc({{ period }}, {{ first_date }}::timestamp)::date else {{ first_date }} end
{%- endmacro %}

{# The last day that must be over before a number counts; of `on_or_after` it is the first one. #}
{% macro growth_last_day(cohort) -%}
    case {{ cohort }}.period
        when 'week' then {{ cohort }}.cohort_date + 7 * {{ cohort }}.period_offset + 6
        when 'month' then ({{ cohort }}.cohort_date + ({{ cohort }}.period_offset + 1) * interval '1 month')::date - 1
        else {{ cohort }}.cohort_date + coalesce({{ cohort }}.last_offset, {{ cohort }}.period_offset)
    end
{%- endmacro %}
