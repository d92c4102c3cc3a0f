-- Grain: person × live offer that a contact rule holds back, with the rule that does so longest.
-- A limit (rules person and offer) holds until the max_count-th newest contact leaves the window; a pause
-- (rules reject and impression) lasts the window, from the newest contact on, once max_count is reached.
with groups as (
    select distinct
        offer_id,
        offer_group
    from {{ ref('offer_catalogue') }}
),

contacts as (
    select
        contacts.*,
        groups.offer_group,
        max(contacts.clicked_at) over (partition by contacts.profile_id, contacts.offer_id) as last_clicked_at
    from {{ ref('int_person_contacts') }} as contacts
    left join groups on contacts.offer_id = groups.offer_id
),

looked_at as (
    select distinct
        contacts.profile_id,
        rule.kind,
        case when rule.kind in ('offer', 'impression') then contacts.offer_id end as offer_id,
        case when rule.kind = 'reject' then contacts.offer_group end as offer_group,
        case when rule.kind = 'reject' then contacts.rejected_at else contacts.sent_at end as contact_at,
        contacts.message_id
    from contacts
    inner join {{ ref('contact_rule') }} as rule
        on
            (
                rule.kind = 'person'
                and contacts.contact_class = 'marketing'
                and contacts.sent_at + rule.window_days * interval '24 hours' > {{ as_of_end() }}
            )
            or (
                rule.kind = 'offer'
                and contacts.contact_class = 'marketing'
                and contacts.offer_id is not null
                and contacts.sent_at + rule.window_days * interval '24 hours' > {{ as_of_end() }}
            )
            or (
                rule.kind = 'reject'
                and contacts.rejected_at is not null
                and contacts.offer_group is not null
            )
            or (
                rule.kind = 'impression'
                and contacts.contact_class = 'impression'
                and contacts.offer_id is not null
                and contacts.sent_at > coalesce(contacts.last_clicked_at, '-infinity')
            )
),

numbered as (
    select
        *,
        row_number() over (
            partition by profile_id, kind, offer_id, offer_group order by contact_at desc, message_id asc
        ) as newest_first,
        max(contact_at) over (partition by profile_id, kind, offer_id, offer_group) as newest_at
    from looked_at
),

pauses as (
    select
        numbered.profile_id,
        numbered.offer_id,
        numbered.offer_group,
        rule.rule_id,
        rule.reason_code,
        case
            when rule.kind in ('reject', 'impression') then numbered.newest_at else numbered.contact_at
        end as paused_from,
        rule.window_days * interval '24 hours' as pause
    from numbered
    inner join {{ ref('contact_rule') }} as rule
        on numbered.kind = rule.kind and numbered.newest_first = rule.max_count
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
        lasting.rule_id,
        lasting.reason_code,
        lasting.paused_from,
        lasting.paused_from + lasting.pause as paused_until
    from lasting
    inner join {{ ref('int_offer_live') }} as offer
        on
            coalesce(lasting.offer_id, offer.offer_id) = offer.offer_id
            and coalesce(lasting.offer_group, offer.offer_group) = offer.offer_group
    order by lasting.profile_id asc, offer.offer_id asc, paused_until desc, lasting.rule_id asc
)

select * from final
