-- Grain: one identifier set whose actor belongs to a live profile.
-- Facts reach a person only through this map.
{{ config(indexes=[{'columns': ['identifier_set_id'], 'unique': true}]) }}

with final as (
    select
        identifier_set.identifier_set_id,
        identifier_set.actor_id,
        profile.profile_id,
        profile.kind as profile_kind
    from {{ source('identity', 'identifier_set') }} as identifier_set
    inner join {{ source('identity', 'identifier_profile') }} as map
        on identifier_set.actor_id = map.identifier_id and map.valid_to is null
    inner join {{ source('identity', 'profile') }} as profile
        on map.profile_id = profile.profile_id and profile.status = 'active'
)

select * from final
