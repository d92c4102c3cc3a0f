-- Grain: session: what a person does in a channel without 30 idle minutes.
-- Cut where the owner of a thing changes, because each event is its owner's. Only touched persons are
-- cut anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'channel', 'session_number'], 'unique': true}],
) }}

with events as (
    select
        map.profile_id,
        map.profile_kind,
        events.channel,
        events.verb,
        events.scene_group,
        events.device_type,
        events.event_date,
        events.occurred_at,
        events.kind,
        events.source_key,
        events.occurred_at - lag(events.occurred_at) over person <= interval '30 minutes' as is_going_on
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on
            events.identifier_set_id = map.identifier_set_id
            and map.profile_kind in ('known', 'anonymous')
            and {{ owned_at('events.occurred_at') }}
            and {{ is_touched('map.profile_id') }}
    where events.scene_group <> 'exclude' and {{ is_visit('events.verb') }}
    window
        person as (
            partition by map.profile_id, events.channel
            order by events.occurred_at, events.kind, events.source_key
        )
),

numbered as (
    select
        *,
        count(*) filter (where is_going_on is not true) over (
            partition by profile_id, channel
            order by occurred_at, kind, source_key
        ) as session_number
    from events
),

final as (
    select
        profile_id,
        profile_kind,
        channel,
        session_number::integer as session_number,
        min(event_date) as session_date,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        extract(epoch from max(occurred_at) - min(occurred_at))::integer as duration_seconds,
        (array_agg(scene_group order by occurred_at, kind, source_key))[1] as scene_group,
        count(*)::integer as event_count,
        (count(*) filter (where verb = 'product_view'))::integer as product_view_count,
        (count(*) filter (where verb = 'cart_add'))::integer as cart_add_count,
        (count(*) filter (where verb = 'checkout_start'))::integer as checkout_start_count,
        (count(*) filter (where verb = 'order_paid'))::integer as order_paid_count,
        (count(*) filter (where verb = 'login_wall'))::integer as login_wall_count,
        (count(*) filter (where verb = 'coupon_claim'))::integer as coupon_claim_count
    from numbered
    group by profile_id, profile_kind, channel, session_number
)

select * from final
