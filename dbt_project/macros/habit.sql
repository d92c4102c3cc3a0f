{#
Person × day × dimension × value of visits: each column is one dimension, and what was seen on a day counts once. `grouping`
tells which column a row was grouped by: its bit alone, the first column's the highest, is 0; none: the row is of the day.
#}
{% macro habits_of_visits(activity, since=none) -%}
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
    where profile_kind = 'known' and visit_event_count > 0
        and {{ is_observed('profile_id', 'event_date', since) }}
    group by profile_id, event_date, grouping sets (({{ columns | join('), (') }}), ())
{%- endmacro %}

{# Whether an observation is looked at: of touched persons, or everybody's after a day. #}
{% macro is_observed(profile_id, on_date, since) -%}
    {% if since is none -%} {{ is_touched(profile_id) }} {%- else -%} {{ on_date }} > {{ since }} {%- endif %}
{%- endmacro %}

{#
Person × dimension × value × day of what was done, bought or answered, each once: of touched persons, or everybody's after a day.
A category counts once a day, whether it was looked at, bought or both.
#}
{% macro habit_observations(since=none) -%}
    {% set answered_on = local_date('coalesce(contacts.clicked_at, contacts.opened_at)') -%}
    with visits as (
        {{ habits_of_visits(ref('int_person_activity'), since) }}
    ),

    bought as (
        select
            visits.profile_id,
            visits.dimension,
            visits.value,
            visits.on_date
        from visits
        where visits.dimension = 'category'
        union
        select
            lines.profile_id,
            habit.dimension,
            habit.value,
            lines.order_date as on_date
        from {{ ref('int_person_lines') }} as lines
        inner join lateral (
            values
            ('category', nullif(lines.category, 'unknown')),
            ('brand', lines.brand)
        ) as habit (dimension, value) on true
        where {{ is_observed('lines.profile_id', 'lines.order_date', since) }}
        union
        select
            orders.profile_id,
            habit.dimension,
            habit.value,
            orders.order_date as on_date
        from {{ ref('int_person_orders') }} as orders
        inner join lateral (
            values
            ('promotion', orders.promotion_type),
            ('store', orders.store_id)
        ) as habit (dimension, value) on true
        where {{ is_observed('orders.profile_id', 'orders.order_date', since) }}
        union
        select
            contacts.profile_id,
            'content' as dimension,
            offers.kind as value,
            {{ answered_on }} as on_date
        from {{ ref('int_person_contacts') }} as contacts
        inner join {{ ref('offer_catalogue') }} as offers on contacts.offer_id = offers.offer_id
        where
            coalesce(contacts.clicked_at, contacts.opened_at) < {{ as_of_end() }}
            and {{ is_observed('contacts.profile_id', answered_on, since) }}
    )

    select
        profile_id,
        dimension,
        value,
        on_date
    from visits
    where dimension <> 'category' and value is not null
    union all
    select *
    from bought
    where value is not null
{%- endmacro %}
