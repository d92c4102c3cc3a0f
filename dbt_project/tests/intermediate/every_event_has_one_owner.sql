-- The sum over profiles and over what nobody owned is the sum over all events, each owned once.
-- Counts by the hour where the owner never changed, single events where it did.
with divided as (
    select distinct identifier_set_id
    from {{ ref('int_actor_profile') }}
    where not is_for_ever
),

events as (
    select
        activity.identifier_set_id,
        map.profile_kind,
        sum(activity.event_count) as event_count
    from {{ ref('int_activity') }} as activity
    left join {{ ref('int_actor_profile') }} as map on activity.identifier_set_id = map.identifier_set_id
    where activity.identifier_set_id not in (select divided.identifier_set_id from divided)
    group by activity.identifier_set_id, map.profile_kind
    union all
    select
        events.identifier_set_id,
        map.profile_kind,
        count(*) as event_count
    from {{ ref('int_events') }} as events
    left join {{ ref('int_actor_profile') }} as map
        on events.identifier_set_id = map.identifier_set_id and {{ owned_at('events.occurred_at') }}
    where
        events.scene_group <> 'exclude'
        and events.identifier_set_id in (select divided.identifier_set_id from divided)
    group by events.identifier_set_id, map.profile_kind
),

totals as (
    select
        sum(event_count) as event_count,
        sum(event_count) filter (where profile_kind <> 'shared_device') as personal_events
    from events
),

sums as (
    select
        totals.event_count,
        totals.personal_events,
        (select sum(activity.event_count) from {{ ref('int_activity') }} as activity) as all_events,
        (select sum(person.event_count) from {{ ref('int_person_activity') }} as person) as person_events
    from totals
),

final as (
    select *
    from sums
    where
        coalesce(all_events, 0) <> coalesce(event_count, 0)
        or coalesce(person_events, 0) <> coalesce(personal_events, 0)
)

select * from final
