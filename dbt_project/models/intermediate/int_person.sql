-- Grain: one live profile of kind known or anonymous, with what its identifiers and member records say.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with identifiers as (
    select
        map.profile_id,
        min(identifier.first_seen_at) as first_seen_at,
        max(identifier.last_seen_at) as last_seen_at,
        count(*) filter (where identifier.namespace = 'member_id') as member_id_count,
        count(*) filter (where identifier.namespace = 'unionid') as unionid_count,
        count(*) filter (where identifier.namespace = 'openid') as openid_count,
        count(*) filter (where identifier.namespace = 'phone') as phone_count,
        count(*) filter (where identifier.namespace = 'email') as email_count,
        count(*) filter (
            where identifier.namespace in (
                'mp_storage_id', 'app_install_id', 'idfv', 'android_id', 'advertising_id'
            )
        ) as device_count,
        count(*) filter (where identifier.namespace = 'app_install_id') as app_install_count,
        count(*) filter (where identifier.namespace = 'web_cookie') as web_cookie_count,
        min(identifier.masked_value) filter (where identifier.namespace = 'phone') as masked_phone,
        min(identifier.masked_value) filter (where identifier.namespace = 'member_id') as masked_member_id
    from {{ source('identity', 'identifier_profile') }} as map
    inner join {{ source('identity', 'identifier_masked') }} as identifier
        on map.identifier_id = identifier.identifier_id
    where map.valid_to is null and identifier.status <> 'erased'
    group by map.profile_id
),

members as (
    select distinct on (map.profile_id)
        map.profile_id,
        members.birth_date,
        members.tier,
        members.status
    from {{ ref('int_members') }} as members
    inner join {{ ref('int_actor_profile') }} as map
        on members.identifier_set_id = map.identifier_set_id and {{ owned_at('members.updated_at') }}
    order by map.profile_id asc, members.updated_at desc, members.member_id asc
),

newest_points as (
    select distinct on (points.identifier_set_id)
        map.profile_id,
        points.balance_after
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_actor_profile') }} as map
        on points.identifier_set_id = map.identifier_set_id and {{ owned_at('points.event_at') }}
    order by points.identifier_set_id asc, points.event_at desc, points.entry_id desc
),

points as (
    select
        profile_id,
        sum(balance_after)::bigint as points_balance
    from newest_points
    group by profile_id
),

opt_outs as (
    select distinct profile_id
    from {{ ref('int_person_consents') }}
    where purpose = 'personalisation' and not is_granted
),

activity as (
    select
        profile_id,
        min(first_at) as first_at,
        max(last_at) as last_at
    from {{ ref('int_person_day') }}
    group by profile_id
),

final as (
    select
        profile.profile_id,
        profile.kind,
        coalesce(identifiers.masked_phone, identifiers.masked_member_id) as display_name_masked,
        least(activity.first_at, identifiers.first_seen_at) as first_seen_at,
        coalesce(activity.last_at, identifiers.last_seen_at) as last_seen_at,
        coalesce(identifiers.member_id_count, 0)::integer as member_id_count,
        coalesce(identifiers.unionid_count, 0)::integer as unionid_count,
        coalesce(identifiers.openid_count, 0)::integer as openid_count,
        coalesce(identifiers.phone_count, 0)::integer as phone_count,
        coalesce(identifiers.email_count, 0)::integer as email_count,
        coalesce(identifiers.device_count, 0)::integer as device_count,
        coalesce(identifiers.app_install_count, 0)::integer as app_install_count,
        coalesce(identifiers.web_cookie_count, 0)::integer as web_cookie_count,
        (members.birth_date + interval '18 years')::date > {{ as_of() }} as is_minor,
        coalesce((members.birth_date + interval '14 years')::date > {{ as_of() }}, false) as is_under_14,
        members.tier as member_tier,
        members.status as member_status,
        points.points_balance,
        opt_outs.profile_id is not null as has_opted_out
    from {{ source('identity', 'profile') }} as profile
    left join identifiers on profile.profile_id = identifiers.profile_id
    left join members on profile.profile_id = members.profile_id
    left join points on profile.profile_id = points.profile_id
    left join opt_outs on profile.profile_id = opt_outs.profile_id
    left join activity on profile.profile_id = activity.profile_id
    where profile.status = 'active' and profile.kind in ('known', 'anonymous')
)

select * from final
