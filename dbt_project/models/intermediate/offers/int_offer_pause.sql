-- Grain: person × live offer that a contact rule holds back, with the rule that does so longest.
-- Every rule has one form: of the contacts it looks at, the max_count-th newest lies within the window.
with groups as (
    select distinct
        offer_id,
        offer_group
    from {{ ref('offer_catalogue') }}
),

contacts as (
    select
        contacts.*,
        groups.offer_group
    from {{ ref('int_person_contacts') }} as contacts
    left join groups on contacts.offer_id = groups.offer_id
),

looked_at as (
    select profile_id, 'person' as kind, null as offer_id, sent_at as contact_at, message_id
    from contacts
    where contact_class = 'marketing'
    union all
    select profile_id, 'offer', offer_id, sent_at, message_id
    from contacts
    where contact_class = 'marketing' and offer_id is not null
    union all
    select contacts.profile_id, 'reject', offer.offer_id, contacts.rejected_at, contacts.message_id
    from contacts
    inner join {{ ref('int_offer_live') }} as offer on contacts.offer_group = offer.offer_group
    where contacts.rejected_at is not null
    union all
    select profile_id, 'impression', offer_id, coalesce(delivered_at, sent_at), message_id
    from contacts
    where contact_class = 'impression' and clicked_at is null and offer_id is not null
),

numbered as (
    select
        looked_at.*,
        row_number() over (
            partition by looked_at.profile_id, looked_at.kind, looked_at.offer_id
            order by looked_at.contact_at desc, looked_at.message_id
        ) as newest_first
    from looked_at
),

pauses as (
    select
        numbered.profile_id,
        numbered.offer_id,
        rule.rule_id,
        rule.reason_code,
        numbered.contact_at as paused_from,
        numbered.contact_at + rule.window_days * interval '24 hours' as paused_until
    from numbered
    inner join {{ ref('contact_rule') }} as rule
        on numbered.kind = rule.kind and numbered.newest_first = rule.max_count
    where numbered.contact_at + rule.window_days * interval '24 hours' > {{ as_of_end() }}
),

final as (
    select distinct on (pauses.profile_id, offer.offer_id)
        pauses.profile_id,
        offer.offer_id,
        pauses.rule_id,
        pauses.reason_code,
        pauses.paused_from,
        pauses.paused_until
    from pauses
    inner join {{ ref('int_offer_live') }} as offer on pauses.offer_id = offer.offer_id or pauses.offer_id is null
    order by pauses.profile_id, offer.offer_id, pauses.paused_until desc, pauses.rule_id
)

select * from final
