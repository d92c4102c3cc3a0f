-- The sum over profiles and over what nobody owned is the sum over all events, each owned once.
with owned as (
    select
        events.record_id,
        map.profile_kind
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on events.identifier_set_id = map.identifier_set_id and {{ owned_at('events.occurred_at') }}
    where events.scene_group <> 'exclude'
),

unowned as (
    select count(*) as event_count
    from {{ ref('int_events') }} as events
    where
        events.scene_group <> 'exclude'
        and events.record_id not in (select owned.record_id from owned)
),

sums as (
    select
        (select sum(event_count) from {{ ref('int_activity') }}) as all_events,
        (select event_count from unowned) as unowned_events,
        (select count(*) from owned) as owned_events,
        (select count(*) filter (where profile_kind <> 'shared_device') from owned) as personal_events,
        (select sum(event_count) from {{ ref('int_person_activity') }}) as person_events
),

final as (
    select *
    from sums
    where
        coalesce(all_events, 0) <> unowned_events + owned_events
        or coalesce(person_events, 0) <> personal_events
)

select * from final
