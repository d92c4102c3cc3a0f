-- Grain: person × purpose × channel: what all accounts of the person agree to.
-- Of one account the newest decision counts; of several accounts the most restrictive.
{{ config(materialized='view') }}

with decisions as (
    select distinct on (map.profile_id, map.actor_id, consents.purpose, consents.channel)
        map.profile_id,
        consents.purpose,
        consents.channel,
        consents.is_granted and consents.withdrawn_at is null as is_granted,
        coalesce(consents.withdrawn_at, consents.event_at) as decided_at
    from {{ ref('int_consents') }} as consents
    inner join {{ ref('int_actor_profile') }} as map
        on consents.identifier_set_id = map.identifier_set_id and {{ owned_at('consents.event_at') }}
    order by
        map.profile_id asc,
        map.actor_id asc,
        consents.purpose asc,
        consents.channel asc,
        consents.event_at desc,
        consents.consent_id asc
),

final as (
    select
        profile_id,
        purpose,
        channel,
        bool_and(is_granted) as is_granted,
        max(decided_at) as decided_at
    from decisions
    group by profile_id, purpose, channel
)

select * from final
