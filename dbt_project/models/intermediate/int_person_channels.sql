-- Grain: known person × contact channel: can the person be reached there, and may we.
-- A consent for the channel and one for all channels both count; a refusal of either wins.
{{ config(indexes=[{'columns': ['profile_id', 'channel'], 'unique': true}]) }}

with consents as (
    select *
    from {{ ref('int_person_consents') }}
    where purpose = 'marketing'
),

follows as (
    select
        map.profile_id,
        events.event_at,
        events.verb = 'follow' as is_following
    from {{ ref('int_events') }} as events
    inner join {{ ref('int_actor_profile') }} as map
        on events.identifier_set_id = map.identifier_set_id and {{ owned_at('events.event_at') }}
    where events.channel = 'official_account' and events.verb in ('follow', 'unfollow')
    union all
    select
        map.profile_id,
        followers.pulled_at as event_at,
        followers.is_following
    from {{ ref('int_followers') }} as followers
    inner join {{ ref('int_actor_profile') }} as map
        on followers.identifier_set_id = map.identifier_set_id and {{ owned_at('followers.pulled_at') }}
),

following as (
    select distinct on (profile_id)
        profile_id,
        is_following
    from follows
    order by profile_id asc, event_at desc, is_following asc
),

grants as (
    select distinct profile_id
    from {{ ref('int_subscription_grants') }}
),

staffed as (
    select distinct map.profile_id
    from {{ ref('int_wecom_contacts') }} as contacts
    inner join {{ ref('int_actor_profile') }} as map
        on contacts.identifier_set_id = map.identifier_set_id and {{ owned_at('contacts.occurred_at') }}
),

reach as (
    select
        person.profile_id,
        contact_channel.channel,
        contact_channel.account_id,
        case contact_channel.channel
            when 'mp_subscribe' then grants.profile_id is not null
            when 'official_account' then coalesce(following.is_following, false)
            when 'sms' then person.phone_count > 0
            when 'email' then person.email_count > 0
            when 'push' then person.app_install_count > 0
            when 'wecom' then staffed.profile_id is not null
            else false
        end as is_reachable
    from {{ ref('int_person') }} as person
    cross join {{ ref('contact_channel') }} as contact_channel
    left join grants on person.profile_id = grants.profile_id
    left join following on person.profile_id = following.profile_id
    left join staffed on person.profile_id = staffed.profile_id
    where person.kind = 'known'
),

final as (
    select
        reach.profile_id,
        reach.channel,
        reach.account_id,
        reach.is_reachable,
        coalesce(for_all.is_granted, for_channel.is_granted, false)
        and coalesce(for_channel.is_granted, true) as is_consented,
        greatest(for_all.decided_at, for_channel.decided_at) as consent_decided_at
    from reach
    left join consents as for_all on reach.profile_id = for_all.profile_id and for_all.channel = 'all'
    left join consents as for_channel
        on reach.profile_id = for_channel.profile_id and reach.channel = for_channel.channel
)

select * from final
