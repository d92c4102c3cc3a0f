{# How far a cohort is followed: days 1, 7 and 30, and twelve calendar months. #}
{% macro followed_periods() -%}
    (
        select
            'day' as period,
            unnest(array[1, 7, 30]) as period_offset
        union all
        select
            'month' as period,
            generate_series(1, 12) as period_offset
    )
{%- endmacro %}

{# The first day of the period that comes `period_offset` periods after the one of a day. #}
{% macro period_after(day, later) -%}
    (
        date_trunc({{ later }}.period, {{ day }}::timestamp)
        + {{ later }}.period_offset * ('1 ' || {{ later }}.period)::interval
    )::date
{%- endmacro %}

{# A period counts once its last day is published. #}
{% macro is_over(period, period_start) -%}
    ({{ period_start }} + ('1 ' || {{ period }})::interval)::date - 1 <= {{ as_of() }}
{%- endmacro %}
