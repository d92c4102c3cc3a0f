-- Grain: as int_activity, for what belongs to a person of kind known or anonymous.
-- A thing that passed from hand to hand is counted again from its events, each for its owner then.
-- Only touched persons are rolled up anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id']}, {'columns': ['event_date']}],
) }}

with for_ever as (
    select
        map.profile_id,
        map.profile_kind,
        activity.*
    from {{ ref('int_activity') }} as activity
    inner join {{ ref('int_actor_profile') }} as map
        on activity.identifier_set_id = map.identifier_set_id and map.is_for_ever
    where map.profile_kind in ('known', 'anonymous') and {{ is_touched('map.profile_id') }}
),

by_window as (
    select
        map.profile_id,
        map.profile_kind,
        events.identifier_set_id,
        events.event_day,
        events.event_date,
        events.event_hour,
        events.channel,
        events.scene_group,
        events.device_type,
        coalesce(events.category, 'none') as category,
        min(events.occurred_at) as first_at,
        max(events.occurred_at) as last_at,
        count(*) as event_count,
        count(*) filter (where {{ is_visit('verb') }}) as visit_event_count,
        {{ verb_counts('verb') }}
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on
            events.identifier_set_id = map.identifier_set_id
            and not map.is_for_ever
            and {{ owned_at('events.occurred_at') }}
    where
        events.scene_group <> 'exclude'
        and map.profile_kind in ('known', 'anonymous')
        and {{ is_touched('map.profile_id') }}
    group by
        map.profile_id,
        map.profile_kind,
        events.identifier_set_id,
        events.event_day,
        events.event_date,
        events.event_hour,
        events.channel,
        events.scene_group,
        events.device_type,
        coalesce(events.category, 'none')
),

final as (
    select * from for_ever
    union all
    select * from by_window
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
