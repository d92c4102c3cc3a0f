-- The events of all sessions are the visiting events of all persons.
with sessions as (
    select coalesce(sum(event_count), 0) as events
    from {{ ref('int_session') }}
),

activity as (
    select coalesce(sum(visit_event_count), 0) as events
    from {{ ref('int_person_activity') }}
)

select
    sessions.events as session_events,
    activity.events as activity_events
from sessions
cross join activity
where sessions.events <> activity.events
