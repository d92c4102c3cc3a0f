-- Grain: one sign that something went wrong for a person; the rules of the seed `loss_rule` read them.
{{ config(materialized='ephemeral') }}

with final as (
    select
        profile_id,
        'login_wall' as signal,
        occurred_at as happened_at,
        1 as strength
    from {{ ref('int_funnel_steps') }}
    where step = 0
    union all
    select
        messages.profile_id,
        'refusal' as signal,
        messages.rejected_at as happened_at,
        messages.contacts_before + 1 as strength
    from {{ ref('int_person_messages') }} as messages
    where messages.rejected_at is not null
    union all
    select
        map.profile_id,
        'refusal' as signal,
        events.occurred_at as happened_at,
        (
            select count(*)::integer
            from {{ ref('int_person_messages') }} as messages
            where
                messages.profile_id = map.profile_id
                and messages.contact_class <> 'service'
                and messages.sent_at between events.occurred_at - interval '7 days' and events.occurred_at
        ) as strength
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on events.identifier_set_id = map.identifier_set_id and {{ owned_at('events.occurred_at') }}
    where events.verb = 'unfollow'
    union all
    select
        map.profile_id,
        'coupon_expired' as signal,
        coupons.valid_to as happened_at,
        1 as strength
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_actor_profile') }} as map
        on coupons.identifier_set_id = map.identifier_set_id and {{ owned_at('coupons.valid_to') }}
    where coupons.event_name = 'expired'
    union all
    select
        map.profile_id,
        'complaint' as signal,
        interactions.occurred_at as happened_at,
        1 as strength
    from {{ ref('int_interactions') }} as interactions
    inner join {{ ref('int_actor_profile') }} as map
        on
            interactions.identifier_set_id = map.identifier_set_id
            and {{ owned_at('interactions.occurred_at') }}
    where
        interactions.interaction_kind = 'service'
        and (interactions.measure_2 <= 2 or interactions.topic = 'complaint')
    union all
    select
        profile_id,
        'checkout_left' as signal,
        checkout_start_at as happened_at,
        1 as strength
    from {{ ref('int_growth_attempts') }}
    where funnel = 'purchase' and checkout_start_at is not null and order_paid_at is null
    union all
    select
        profile_id,
        'nothing_viewed' as signal,
        opened_at as happened_at,
        1 as strength
    from {{ ref('int_growth_attempts') }}
    where funnel = 'purchase' and product_view_at is null
)

select * from final
