-- Grain: one message to a person that left the house and did not fail.
{{ config(materialized='view') }}

with final as (
    select
        map.profile_id,
        contacts.message_id,
        contacts.channel,
        contacts.offer_id,
        contacts.contact_class,
        contacts.sent_at,
        contacts.delivered_at,
        contacts.opened_at,
        contacts.clicked_at,
        contacts.rejected_at
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('int_actor_profile') }} as map
        on contacts.identifier_set_id = map.identifier_set_id and {{ owned_at('contacts.sent_at') }}
    where contacts.sent_at < {{ as_of_end() }} and contacts.failed_at is null
)

select * from final
