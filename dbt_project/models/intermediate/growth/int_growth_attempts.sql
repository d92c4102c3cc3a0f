-- Grain: funnel × one attempt: `session` within 24 hours and one channel, `purchase` within seven days
-- through all channels. The channel, scene group and device are those of the opening event; the offer
-- is the one whose message was clicked last in the day before.
-- Only touched persons are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'funnel', 'channel', 'opened_at'], 'unique': true}],
) }}

with recursive purchases as (
    (
        select
            {{ attempt_columns() }}
        from (
            select distinct on (profile_id) *
            from {{ ref('int_funnel_steps') }}
            where step = 1 and {{ is_touched('profile_id') }}
            order by profile_id, occurred_at, channel, source_key
        ) as opening
        {{ attempt_steps('7 days', in_channel=false) }}
    )
    union all
    (
        select
            {{ attempt_columns() }}
        from purchases
        inner join lateral (
            select steps.*
            from {{ ref('int_funnel_steps') }} as steps
            where
                steps.profile_id = purchases.profile_id
                and steps.step = 1
                and steps.occurred_at > {{ attempt_end('purchases', '7 days') }}
            order by steps.occurred_at, steps.channel, steps.source_key
            limit 1
        ) as opening on true
        {{ attempt_steps('7 days', in_channel=false) }}
    )
),

attempts as (
    select
        'purchase' as funnel,
        purchases.*,
        {{ attempt_end('purchases', '7 days') }} as ended_at,
        exists(
            select
            from {{ ref('int_funnel_steps') }} as wall
            where
                wall.profile_id = purchases.profile_id
                and wall.step = 0
                and wall.occurred_at between purchases.opened_at and {{ attempt_end('purchases', '7 days') }}
        ) as has_login_wall
    from purchases
    union all
    select
        'session' as funnel,
        profile_id,
        channel,
        event_date,
        scene_group,
        device_type,
        opened_at,
        product_view_at,
        cart_add_at,
        checkout_start_at,
        order_paid_at,
        {{ attempt_end('sessions') }} as ended_at,
        has_login_wall
    from {{ ref('int_funnel_attempts') }} as sessions
    where {{ is_touched('profile_id') }}
),

offers as (
    select distinct on (attempts.funnel, attempts.profile_id, attempts.channel, attempts.opened_at)
        attempts.funnel,
        attempts.profile_id,
        attempts.channel,
        attempts.opened_at,
        messages.offer_id
    from {{ ref('int_person_messages') }} as messages
    inner join attempts
        on
            messages.profile_id = attempts.profile_id
            and attempts.opened_at between messages.clicked_at and messages.clicked_at + interval '24 hours'
    order by
        attempts.funnel asc,
        attempts.profile_id asc,
        attempts.channel asc,
        attempts.opened_at asc,
        messages.clicked_at desc,
        messages.message_id asc
),

final as (
    select
        attempts.*,
        coalesce(offers.offer_id, 'none') as offer_id
    from attempts
    left join offers
        on
            attempts.funnel = offers.funnel
            and attempts.profile_id = offers.profile_id
            and attempts.channel = offers.channel
            and attempts.opened_at = offers.opened_at
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
