{# Values out of raw.record.body. A value that is not well formed becomes NULL: one odd field must not stop the day. #}
{% macro json_text(path) -%} nullif(btrim(body #>> '{ {{- path -}} }'), '') {%- endmacro %}

{% macro json_integer(path, digits=15) -%}
    case when body #>> '{ {{- path -}} }' ~ '^[+-]?\d{1,{{ digits }}}$' then (body #>> '{ {{- path -}} }')::bigint end
{%- endmacro %}

{% macro json_boolean(path) -%}
    case lower(body #>> '{ {{- path -}} }') when 'true' then true when '1' then true when 'false' then false when '0' then false end
{%- endmacro %}

{# How many items an array has; 0 when there is none. #}
{% macro json_length(name) -%}
    case when jsonb_typeof(body -> '{{ name }}') = 'array' then jsonb_array_length(body -> '{{ name }}') else 0 end
{%- endmacro %}

{# A calendar day that exists, leap years included. #}
{% macro day_pattern() -%}
    ((19|20)\d\d-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))|((19|20)(0[48]|[2468][048]|[13579][26])|2000)-02-29)
{%- endmacro %}

{% macro json_date(path) -%}
    case when body #>> '{ {{- path -}} }' ~ '^{{ day_pattern() }}' then left(body #>> '{ {{- path -}} }', 10)::date end
{%- endmacro %}

{# ISO 8601; without a zone it is the brand's clock, +08:00. #}
{% macro json_time(path) -%}
    case when body #>> '{ {{- path -}} }' ~ '^{{ day_pattern() }}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$'
        then (
            (body #>> '{ {{- path -}} }')
            || case when body #>> '{ {{- path -}} }' ~ '(Z|[+-]\d\d:?\d\d)$' then '' else '+08:00' end
        )::timestamptz
    end
{%- endmacro %}
