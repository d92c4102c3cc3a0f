{# Person × day × dimension × value of visits: each set of columns is one dimension, and what was seen on a day counts once. #}
{% macro habits_of_visits(activity) -%}
    {% set columns = ['channel', 'device_type', 'event_hour', 'scene_group', 'category'] -%}
    {% set sets = {15: ('channel', 'channel'), 23: ('device', "nullif(device_type, 'unknown')"),
        27: ('hour', "lpad(event_hour::text, 2, '0')"), 29: ('scene_group', "nullif(scene_group, 'none')"),
        30: ('category', "nullif(category, 'none')")} -%}
    select
        profile_id,
        event_date as on_date,
        case grouping({{ columns | join(', ') }})
            {% for missing, dimension in sets.items() -%}
            when {{ missing }} then '{{ dimension[0] }}'
            {% endfor -%}
            else 'weekday'
        end as dimension,
        case grouping({{ columns | join(', ') }})
            {% for missing, dimension in sets.items() -%}
            when {{ missing }} then {{ dimension[1] }}
            {% endfor -%}
            else extract(isodow from event_date)::text
        end as value
    from {{ activity }}
    where profile_kind = 'known' and visit_event_count > 0 and {{ is_touched('profile_id') }}
    group by profile_id, event_date, grouping sets (({{ columns | join('), (') }}), ())
{%- endmacro %}
