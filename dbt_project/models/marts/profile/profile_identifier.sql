-- Grain: known person × identifier.
with final as (
    select
        map.profile_id,
        identifier.identifier_id,
        identifier.namespace,
        identifier.scope,
        identifier.masked_value,
        identifier.status,
        identifier.first_seen_at,
        identifier.last_seen_at
    from {{ source('identity', 'identifier_profile') }} as map
    inner join {{ ref('int_person') }} as person
        on map.profile_id = person.profile_id and person.kind = 'known'
    inner join {{ source('identity', 'identifier_masked') }} as identifier
        on map.identifier_id = identifier.identifier_id
    where map.valid_to is null and identifier.status <> 'erased'
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
