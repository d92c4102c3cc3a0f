-- Grain: person × purpose × channel: the newest decision.
{{ config(materialized='view') }}

with final as (
    select distinct on (map.profile_id, consents.purpose, consents.channel)
        map.profile_id,
        consents.purpose,
        consents.channel,
        consents.is_granted and consents.withdrawn_at is null as is_granted,
        coalesce(consents.withdrawn_at, consents.event_at) as decided_at
    from {{ ref('int_consents') }} as consents
    inner join {{ ref('int_actor_profile') }} as map on consents.identifier_set_id = map.identifier_set_id
    order by
        map.profile_id asc,
        consents.purpose asc,
        consents.channel asc,
        consents.event_at desc,
        consents.consent_id asc
)

select * from final
