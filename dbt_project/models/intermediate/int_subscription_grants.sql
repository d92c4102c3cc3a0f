-- Grain: person × template with messages left.
-- An accepted pop-up buys one delivered message and a refused one buys none. Only turning the template
-- off, or the error that tells of it, takes back what was bought.
with pushes as (
    select
        map.profile_id,
        subscriptions.template_id,
        subscriptions.event_at,
        subscriptions.event_name = 'subscribe_msg_popup_event'
        and subscriptions.answer = 'accept' as is_grant,
        subscriptions.event_name = 'subscribe_msg_sent_event'
        and subscriptions.send_status = 'success' as is_use,
        (subscriptions.event_name = 'subscribe_msg_change_event' and subscriptions.answer = 'reject')
        or subscriptions.error_code = '43101' as is_reset
    from {{ ref('int_subscriptions') }} as subscriptions
    inner join {{ ref('int_actor_profile') }} as map
        on
            subscriptions.identifier_set_id = map.identifier_set_id
            and {{ owned_at('subscriptions.event_at') }}
),

resets as (
    select
        profile_id,
        template_id,
        max(event_at) as reset_at
    from pushes
    where is_reset
    group by profile_id, template_id
),

final as (
    select
        pushes.profile_id,
        pushes.template_id,
        (
            count(*) filter (where pushes.is_grant) - count(*) filter (where pushes.is_use)
        )::integer as grant_count
    from pushes
    left join resets on pushes.profile_id = resets.profile_id and pushes.template_id = resets.template_id
    where resets.reset_at is null or pushes.event_at > resets.reset_at
    group by pushes.profile_id, pushes.template_id
    having count(*) filter (where pushes.is_grant) > count(*) filter (where pushes.is_use)
)

select * from final
