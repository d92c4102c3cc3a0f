-- Grain: person × live offer that a brand's cap holds back, with the cap that does so longest; offer_id
-- null: every offer.
-- A limit (kinds person and offer) holds until the max_count-th newest contact leaves the window; a pause
-- (kinds reject and impression) lasts the window, from the newest contact on, once max_count is reached.
{{ config(indexes=[{'columns': ['profile_id']}]) }}

with policy as (
    select *
    from {{ ref('contact_policy') }}
    where
        kind in ('person', 'offer', 'reject', 'impression')
        and valid_from <= {{ as_of() }} + 1
        and (valid_to is null or valid_to > {{ as_of() }} + 1)
),

contacts as (
    select
        *,
        max(clicked_at) over (partition by profile_id, offer_id) as last_clicked_at
    from {{ ref('int_offer_contact') }}
),

looked_at as (
    select
        contacts.profile_id,
        policy.policy_id,
        case when policy.kind in ('offer', 'impression') then contacts.offer_id end as offer_id,
        case when policy.kind = 'reject' then contacts.offer_group end as offer_group,
        case when policy.kind = 'reject' then contacts.rejected_at else contacts.sent_at end as contact_at,
        contacts.message_id,
        policy.kind,
        policy.reason_code,
        policy.max_count,
        policy.window_hours * interval '1 hour' as pause
    from contacts
    inner join policy
        on
            (
                policy.kind in ('person', 'offer')
                and contacts.contact_class = 'marketing'
                and (policy.kind = 'person' or contacts.offer_id is not null)
                and contacts.sent_at + policy.window_hours * interval '1 hour' > {{ as_of_end() }}
            )
            or (
                policy.kind = 'reject'
                and contacts.rejected_at is not null
                and contacts.offer_group is not null
            )
            or (
                policy.kind = 'impression'
                and contacts.contact_class = 'impression'
                and contacts.offer_id is not null
                and contacts.sent_at > coalesce(contacts.last_clicked_at, '-infinity')
            )
),

numbered as (
    select
        *,
        row_number() over (
            partition by profile_id, policy_id, offer_id, offer_group order by contact_at desc, message_id asc
        ) as newest_first,
        max(contact_at) over (partition by profile_id, policy_id, offer_id, offer_group) as newest_at
    from looked_at
),

pauses as (
    select
        *,
        case when kind in ('reject', 'impression') then newest_at else contact_at end as paused_from
    from numbered
    where newest_first = max_count
),

lasting as materialized (
    select *
    from pauses
    where paused_from + pause > {{ as_of_end() }}
),

final as (
    select distinct on (lasting.profile_id, offer.offer_id)
        lasting.profile_id,
        offer.offer_id,
        lasting.policy_id,
        lasting.reason_code,
        lasting.paused_from,
        lasting.paused_from + lasting.pause as paused_until
    from lasting
    left join {{ ref('int_offer_live') }} as offer
        on lasting.offer_id = offer.offer_id or lasting.offer_group = offer.offer_group
    where offer.offer_id is not null or lasting.kind = 'person'
    order by lasting.profile_id asc, offer.offer_id asc, paused_until desc, lasting.policy_id asc
)

select * from final
