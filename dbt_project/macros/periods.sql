{# How many months after its own a cohort is followed. #}
{% macro month_offsets() -%} array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] {%- endmacro %}

{# Calendar months counted from year 0, so that differences are months. #}
{% macro month_number(day) -%} (extract(year from {{ day }}) * 12 + extract(month from {{ day }})) {%- endmacro %}

{# The last day of a cohort's n-th period. #}
{% macro period_end(cohort) -%}
    case {{ cohort }}.period
        when 'day' then {{ cohort }}.cohort_date + {{ cohort }}.period_offset
        else ({{ cohort }}.cohort_date + ({{ cohort }}.period_offset + 1) * interval '1 month')::date - 1
    end
{%- endmacro %}
