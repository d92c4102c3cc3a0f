-- Grain: identifier set × day × hour × channel × scene group × device × category (identifier set 0: nobody was named).
-- Only the days that this run's records touch are counted anew.
{{ config(
    materialized='incremental',
    unique_key='event_day',
    indexes=[{'columns': ['event_day']}, {'columns': ['identifier_set_id']}],
) }}

with events as (
    select *
    from {{ ref('int_events') }}
    where scene_group <> 'exclude'
    {% if is_incremental() %}
        and event_day in (
            select event_day from {{ ref('int_events') }} where _load_id in ({{ run_loads() }})
            union
            select event_day from {{ ref('int_events') }} where event_day > {{ previous_as_of() }}
        )
    {% endif %}
),

final as (
    select
        coalesce(identifier_set_id, 0) as identifier_set_id,
        event_day,
        event_date,
        event_hour,
        channel,
        scene_group,
        device_type,
        coalesce(category, 'none') as category,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        count(*) as event_count,
        count(*) filter (where {{ is_visit('verb') }}) as visit_event_count
        {%- for verb in counted_verbs() %},
        count(*) filter (where verb = '{{ verb }}') as {{ verb }}_count
        {%- endfor %}
    from events
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from final
