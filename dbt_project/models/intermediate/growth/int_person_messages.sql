-- Grain: one message that reached a known person, and how many came in the seven days before it.
-- Only touched persons' messages are counted anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'sent_at']}],
) }}

with final as (
    select
        contacts.profile_id,
        contacts.message_id,
        contacts.channel,
        coalesce(contacts.offer_id, 'none') as offer_id,
        contacts.contact_class,
        {{ local_date('contacts.sent_at') }} as sent_date,
        contacts.sent_at,
        contacts.delivered_at,
        contacts.opened_at,
        contacts.clicked_at,
        contacts.rejected_at,
        (
            count(*) filter (where contacts.contact_class <> 'service') over (
                partition by contacts.profile_id
                order by contacts.sent_at
                range between interval '7 days' preceding and current row exclude current row
            )
        )::integer as contacts_before
    from {{ ref('int_person_contacts') }} as contacts
    inner join {{ ref('int_person') }} as person on contacts.profile_id = person.profile_id
    where person.kind = 'known' and {{ is_touched('contacts.profile_id') }}
)

select * from final
