-- Grain: person × product that was put into the cart, and the last day of it.
-- Only touched persons' carts are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'product_id'], 'unique': true}],
) }}

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
        and events.product_id is not null
        and {{ is_touched('map.profile_id') }}
    group by map.profile_id, events.product_id
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
