-- Grain: one profile id that is no longer live. It leads to the profile that now holds its anchor identifier.
with changes as (
    select
        from_profile_id as profile_id,
        max(at) as changed_at
    from {{ source('identity', 'profile_event') }}
    where from_profile_id is not null
    group by from_profile_id
),

final as (
    select
        old.profile_id as old_profile_id,
        live.profile_id,
        old.status,
        coalesce(changes.changed_at, old.created_at) as changed_at
    from {{ source('identity', 'profile') }} as old
    left join {{ source('identity', 'identifier_profile') }} as map
        on old.anchor_identifier_id = map.identifier_id and map.valid_to is null and old.status = 'retired'
    left join {{ source('identity', 'profile') }} as live
        on map.profile_id = live.profile_id and live.status = 'active'
    left join changes on old.profile_id = changes.profile_id
    where old.status <> 'active'
)

select * from final
