-- Grain: day of the invitation × campaign; `sharing` is the row of what happens without a campaign.
with members as (
    select distinct on (members.member_id)
        members.member_id,
        map.profile_id
    from {{ ref('int_members') }} as members
    inner join {{ ref('int_actor_profile') }} as map
        on members.identifier_set_id = map.identifier_set_id and {{ owned_at('members.updated_at') }}
    order by members.member_id asc, members.updated_at desc, map.profile_id asc
),

invitations as (
    select
        referral.on_date as invite_date,
        coalesce(referral.topic, 'none') as campaign_id,
        coalesce(inviter.profile_id, referral.subject_id) as inviter_id,
        coalesce(invitee.profile_id, referral.object_id) as invitee_id,
        coalesce(inviter.profile_id = invitee.profile_id, referral.subject_id = referral.object_id)
            as is_self,
        referral.answered_at is not null as is_converted,
        referral.answered_at - referral.started_at as cycle,
        referral.action is not null as is_rewarded
    from {{ ref('int_interactions') }} as referral
    left join members as inviter on referral.subject_id = inviter.member_id
    left join members as invitee on referral.object_id = invitee.member_id
    where referral.interaction_kind = 'referral' and referral.on_date <= {{ as_of() }}
),

invited as (
    select
        invite_date,
        campaign_id,
        (count(*) filter (where not coalesce(is_self, false)))::integer as invite_count,
        (count(*) filter (where is_self))::integer as self_invite_count,
        (count(distinct inviter_id) filter (where not coalesce(is_self, false)))::integer as inviter_count,
        (count(distinct invitee_id) filter (where is_converted and not coalesce(is_self, false)))::integer
            as new_person_count,
        (count(*) filter (where is_rewarded and not coalesce(is_self, false)))::integer as reward_count,
        percentile_disc(0.5) within group (order by round(extract(epoch from cycle) / 3600)::integer)
        filter (where is_converted and not coalesce(is_self, false)) as cycle_median_hours
    from invitations
    group by invite_date, campaign_id
),

sharing as (
    select
        event_date as invite_date,
        count(distinct profile_id) filter (where visit_event_count > 0)::integer as active_count,
        sum(share_count)::integer as share_count,
        (sum(launch_count) filter (where scene_group = 'share_card'))::integer as open_count
    from {{ ref('int_person_doors') }}
    where profile_kind = 'known'
    group by event_date
),

commissions as (
    select
        on_date as invite_date,
        sum(measure_1)::bigint as commission_fen
    from {{ ref('int_interactions') }}
    where interaction_kind = 'stored_value' and action = 'commission'
    group by on_date
),

keys as (
    select
        invite_date,
        campaign_id
    from invited
    union all
    select
        coalesce(sharing.invite_date, commissions.invite_date) as invite_date,
        'sharing' as campaign_id
    from sharing
    full join commissions on sharing.invite_date = commissions.invite_date
),

final as (
    select
        keys.invite_date,
        keys.campaign_id,
        coalesce(sharing.active_count, 0) as active_count,
        coalesce(invited.inviter_count, 0) as inviter_count,
        coalesce(invited.invite_count, 0) as invite_count,
        coalesce(invited.self_invite_count, 0) as self_invite_count,
        coalesce(invited.new_person_count, 0) as new_person_count,
        round(invited.new_person_count::numeric / nullif(sharing.active_count, 0), 4)::numeric(9, 4)
            as k_factor,
        invited.cycle_median_hours,
        coalesce(invited.reward_count, 0) as reward_count,
        case keys.campaign_id when 'sharing' then coalesce(commissions.commission_fen, 0) else 0 end
            as commission_fen,
        case keys.campaign_id when 'sharing' then coalesce(sharing.share_count, 0) else 0 end as share_count,
        case keys.campaign_id when 'sharing' then coalesce(sharing.open_count, 0) else 0 end as open_count,
        case
            when keys.campaign_id = 'sharing'
                then round(coalesce(sharing.open_count, 0)::numeric / nullif(sharing.share_count, 0), 4)
        end::numeric(9, 4) as reflux_rate
    from keys
    left join invited on keys.invite_date = invited.invite_date and keys.campaign_id = invited.campaign_id
    left join sharing on keys.invite_date = sharing.invite_date
    left join commissions on keys.invite_date = commissions.invite_date
)

select * from final
