{# Events of the Segment format, which app and website share: `track` carries a name, other types are one. #}
{% macro segment_event_name() -%}
    case when body ->> 'type' = 'track' then body ->> 'event' else body ->> 'type' end
{%- endmacro %}

{% macro segment_device(fallback_path) -%}
    coalesce({{ json_text('context,os,name') }}, {{ json_text(fallback_path) }})
{%- endmacro %}

{# The product of the event, or the first of its list of products. #}
{% macro first_product(name) -%}
    coalesce(
            {{ json_text('properties,' ~ name) }},
            {{ json_text('properties,products,0,' ~ name) }}
        )
{%- endmacro %}

{# Thousandths of the currency unit; sources that count in fen lose nothing. #}
{% macro unit_price_milli() -%}
    coalesce({{ json_integer('unit_price_milli', 9) }}, {{ json_integer('unit_price_fen', 9) }} * 10)
{%- endmacro %}
