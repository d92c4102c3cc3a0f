-- Grain: one message of the last 90 days to a person that left the house and did not fail.
{{ config(indexes=[{'columns': ['profile_id']}]) }}

with groups as (
    select distinct on (offer_id)
        offer_id,
        offer_group
    from {{ ref('offer_catalogue') }}
    order by offer_id asc, valid_from desc
),

final as (
    select
        contacts.*,
        groups.offer_group
    from {{ ref('int_person_contacts') }} as contacts
    left join groups on contacts.offer_id = groups.offer_id
    where contacts.sent_at > {{ as_of_end() }} - interval '90 days'
)

select * from final
