-- Grain: one event of a person that the purchase funnel looks at.
-- Step 0 is the login wall, which is no step of the chain.
-- The website has no launch: the first page of a visit opens it.
-- Only touched persons are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'channel', 'step', 'occurred_at', 'source_key']}],
) }}

with final as (
    select
        map.profile_id,
        events.channel,
        case
            when events.verb = 'launch' or (events.channel = 'web' and events.verb = 'page_view') then 1
            when events.verb = 'product_view' then 2
            when events.verb = 'cart_add' then 3
            when events.verb = 'checkout_start' then 4
            when events.verb = 'order_paid' then 5
            else 0
        end::smallint as step,
        events.occurred_at,
        events.source_key,
        events.event_date,
        events.scene_group,
        events.device_type
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on
            events.identifier_set_id = map.identifier_set_id
            and map.profile_kind in ('known', 'anonymous')
            and {{ owned_at('events.occurred_at') }}
    where
        events.scene_group <> 'exclude'
        and {{ is_touched('map.profile_id') }}
        and (
            events.verb in (
                'launch', 'product_view', 'cart_add', 'checkout_start', 'order_paid', 'login_wall'
            )
            or (events.channel = 'web' and events.verb = 'page_view')
        )
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
