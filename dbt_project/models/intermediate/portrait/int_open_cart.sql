-- Grain: person × product put into the cart within 30 days. Only product_affinity reads it.
{{ config(materialized='ephemeral') }}

with final as (
    select
        map.profile_id,
        events.product_id,
        max(events.event_date) as cart_date
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on events.identifier_set_id = map.identifier_set_id and {{ owned_at('events.occurred_at') }}
    where
        events.verb = 'cart_add'
        and events.event_day > {{ as_of() }} - 31
        and events.event_date > {{ as_of() }} - 30
        and events.product_id is not null
    group by map.profile_id, events.product_id
)

select * from final
