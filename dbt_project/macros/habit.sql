{#
Person × day × dimension × value of visits: each column is one dimension, and what was seen on a day counts once. `grouping`
tells which column a row was grouped by: its bit alone, the first column's the highest, is 0; none: the row is of the day.
#}
{% macro habits_of_visits(activity) -%}
    {% set dimensions = [
        ('channel', 'channel', 'channel'),
        ('device', 'device_type', "nullif(device_type, 'unknown')"),
        ('hour', 'event_hour', "lpad(event_hour::text, 2, '0')"),
        ('scene_group', 'scene_group', "nullif(scene_group, 'none')"),
        ('category', 'category', "nullif(category, 'none')"),
    ] -%}
    {% set columns = dimensions | map(attribute=1) | list -%}
    {% set all_bits = 2 ** dimensions | length - 1 -%}
    select
        profile_id,
        event_date as on_date,
        case grouping({{ columns | join(', ') }})
            {% for dimension, _, _ in dimensions -%}
            when {{ all_bits - 2 ** loop.revindex0 }} then '{{ dimension }}'
            {% endfor -%}
            else 'weekday'
        end as dimension,
        case grouping({{ columns | join(', ') }})
            {% for _, _, value in dimensions -%}
            when {{ all_bits - 2 ** loop.revindex0 }} then {{ value }}
            {% endfor -%}
            else extract(isodow from event_date)::text
        end as value
    from {{ activity }}
    where profile_kind = 'known' and visit_event_count > 0 and {{ is_touched('profile_id') }}
    group by profile_id, event_date, grouping sets (({{ columns | join('), (') }}), ())
{%- endmacro %}
