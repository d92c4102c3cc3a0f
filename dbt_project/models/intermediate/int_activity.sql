-- Grain: identifier set × day × hour × channel × scene group × device × category.
-- Identifier set 0 is nobody: the event named no one.
-- Only the days that this run's records touch are counted anew. Made in the order of the sets: what lies
-- together is read together when a day stirs a few.
{{ config(
    materialized='incremental',
    unique_key='event_day',
    indexes=[{'columns': ['event_day']}, {'columns': ['identifier_set_id']}],
) }}

with touched_days as (
    select event_day
    from {{ ref('int_events') }}
    where {{ is_of_loads(run_loads()) }}
    union
    select event_day
    from {{ ref('int_events') }}
    where event_day > {{ previous_as_of() }}
    union
    {{ rewritten_days() }}
),

events as (
    select *
    from {{ ref('int_events') }}
    where
        scene_group <> 'exclude'
        and {{ 'event_day in (select touched_days.event_day from touched_days)' if is_incremental()
            else 'true' }}
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
        count(*) filter (where {{ is_visit('verb') }}) as visit_event_count,
        {{ verb_counts('verb') }}
    from events
    group by 1, 2, 3, 4, 5, 6, 7, 8
    order by 1
)

select * from final
