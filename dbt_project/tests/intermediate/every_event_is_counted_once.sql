-- The daily aggregates add up to the events they are made of, whoever owns them.
with activity as (
    select coalesce(sum(event_count), 0) as activity_events
    from {{ ref('int_activity') }}
),

events as (
    select count(*) as events
    from {{ ref('int_events') }}
    where scene_group <> 'exclude'
)

select
    activity.activity_events,
    events.events
from activity
cross join events
where activity.activity_events <> events.events
