-- Grain: known person × channel: the first time there; in the official account it is the day of following.
{{ config(materialized='ephemeral') }}

with follows as (
    select
        map.profile_id,
        min(followers.followed_at) as first_at
    from {{ ref('int_followers') }} as followers
    inner join {{ ref('int_actor_profile') }} as map
        on followers.identifier_set_id = map.identifier_set_id and {{ owned_at('followers.pulled_at') }}
    where followers.followed_at < {{ as_of_end() }} and map.profile_kind = 'known'
    group by map.profile_id
),

final as (
    select
        profile_id,
        channel,
        min(first_at) as first_at
    from (
        select
            profile_id,
            channel,
            first_at
        from {{ ref('int_person_channel') }}
        where has_visited
        union all
        select
            profile_id,
            'official_account' as channel,
            first_at
        from follows
    ) as seen
    group by profile_id, channel
)

select * from final
