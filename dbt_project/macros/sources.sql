{# A parameter of a GA4 event, whatever its type. #}
{% macro ga4_parameter(name) -%}
    (
            select coalesce(
                    p.value #>> '{value,string_value}', p.value #>> '{value,int_value}',
                    p.value #>> '{value,double_value}', p.value #>> '{value,float_value}'
                )
            from jsonb_array_elements(
                case when jsonb_typeof(body -> 'event_params') = 'array' then body -> 'event_params' else '[]'::jsonb end
            ) as p (value)
            where p.value ->> 'key' = '{{ name }}'
            limit 1
        )
{%- endmacro %}

{# A parameter of the page's address, as it stands there: percent signs are decoded by who reads it. #}
{% macro url_parameter(name) -%} nullif(substring(url from '[?&]{{ name }}=([^&#]+)'), '') {%- endmacro %}

{# A calendar day as 2026-11-20 or 20261120. #}
{% macro text_date(value) -%}
    case
            when {{ value }} ~ '^{{ day_pattern() }}' then left({{ value }}, 10)::date
            when {{ value }} ~ '^\d{8}' then to_date(left({{ value }}, 8), 'YYYYMMDD')
        end
{%- endmacro %}

{# A whole number that is not negative. #}
{% macro count_of(value) -%} case when {{ value }} ~ '^\d{1,15}$' then ({{ value }})::bigint end {%- endmacro %}
