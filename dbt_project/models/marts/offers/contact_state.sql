-- Grain: person × channel with a message of the last 90 days or a grant: what was sent, and what the hard
-- rules leave.
with policy as (
    select *
    from {{ ref('contact_policy') }}
    where
        kind = 'month'
        and valid_from <= {{ as_of() }} + 1
        and (valid_to is null or valid_to > {{ as_of() }} + 1)
),

sent as (
    select
        profile_id,
        channel,
        max(sent_at) as last_sent_at,
        max(delivered_at) as last_delivered_at,
        max(greatest(opened_at, clicked_at)) as last_response_at,
        max(sent_at) filter (where is_this_month) as blocked_from,
        (count(*) filter (where is_this_month))::integer as month_count
    from (
        select
            *,
            contact_class = 'marketing'
            and sent_at
            >= {{ local_midnight('date_trunc(\'month\', ' ~ as_of() ~ ' + 1)::date') }} as is_this_month
        from {{ ref('int_offer_contact') }}
    ) as contacts
    where channel is not null
    group by profile_id, channel
),

grants as (
    select
        profile_id,
        'mp_subscribe' as channel,
        sum(grant_count)::integer as grants_left
    from {{ ref('int_subscription_grants') }}
    group by profile_id
),

joined as (
    select
        sent.last_sent_at,
        sent.last_delivered_at,
        sent.last_response_at,
        sent.blocked_from,
        grants.grants_left,
        coalesce(sent.profile_id, grants.profile_id) as profile_id,
        coalesce(sent.channel, grants.channel) as channel,
        coalesce(sent.month_count, 0) as month_count
    from sent
    full join grants on sent.profile_id = grants.profile_id and sent.channel = grants.channel
),

next_month as (
    select
        {{ local_midnight("(date_trunc('month', " ~ as_of() ~ " + 1) + interval '1 month')::date") }}
            as begins_at
),

final as (
    select
        joined.profile_id,
        joined.channel,
        joined.last_sent_at,
        joined.last_delivered_at,
        joined.last_response_at,
        joined.month_count,
        greatest(policy.max_count - joined.month_count, 0) as slots_left,
        joined.grants_left,
        case when joined.month_count >= policy.max_count then policy.policy_id end as blocked_by,
        case when joined.month_count >= policy.max_count then joined.blocked_from end as blocked_from,
        case when joined.month_count >= policy.max_count then next_month.begins_at end as blocked_until
    from joined
    left join policy on joined.channel = policy.channel
    cross join next_month
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
