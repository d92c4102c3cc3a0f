-- What is split over rows is all there and there once: facts of persons, of shared things and of nobody.
with sums as (
    select
        'doors' as part,
        (select sum(event_count) from {{ ref('int_person_doors') }}) as parts,
        (select sum(event_count) from {{ ref('int_person_activity') }}) as whole
    union all
    select
        'funnel' as part,
        (select sum(attempt_count) from {{ ref('funnel_daily') }}) as parts,
        (select count(*) from {{ ref('int_growth_attempts') }}) as whole
    union all
    select
        'losses' as part,
        (select sum(lost_count) from {{ ref('loss_cause_daily') }}) as parts,
        (
            select sum(attempt_count - order_paid_count)
            from {{ ref('funnel_daily') }}
            where funnel = 'purchase' and is_complete
        ) as whole
    union all
    select
        'purchases' as part,
        (select sum(order_count) from {{ ref('channel_journey') }}) as parts,
        (select count(*) from {{ ref('int_person_orders') }}) as whole
    union all
    select
        'messages' as part,
        (select sum(sent_count) from {{ ref('contact_frequency_daily') }}) as parts,
        (
            select count(*)
            from {{ ref('int_person_messages') }}
            where contact_class <> 'service'
        ) as whole
    union all
    select
        'points' as part,
        (
            select sum(entry_count)
            from {{ ref('loyalty_daily') }}
            where programme = 'points'
        ) as parts,
        (select count(*) from {{ ref('int_points') }}) as whole
    union all
    select
        'interactions' as part,
        (
            select coalesce(sum(entry_count), 0)
            from {{ ref('loyalty_daily') }}
            where programme <> 'points'
        ) + (select coalesce(sum(conversation_count), 0) from {{ ref('service_daily') }}) as parts,
        (
            select count(*)
            from {{ ref('int_interactions') }}
            where interaction_kind in ('stored_value', 'check_in', 'tier', 'service')
        ) as whole
    union all
    select
        'invitations' as part,
        (select sum(invite_count + self_invite_count) from {{ ref('referral_daily') }}) as parts,
        (
            select count(*)
            from {{ ref('int_interactions') }}
            where interaction_kind = 'referral' and on_date <= {{ as_of() }}
        ) as whole
    union all
    select
        'decisions' as part,
        (select sum(decided_count) from {{ ref('offer_performance_daily') }}) as parts,
        (select count(*) from {{ ref('int_offer_decision') }}) as whole
    union all
    select
        'offered messages' as part,
        (select sum(sent_count) from {{ ref('offer_performance_daily') }}) as parts,
        (
            select count(*)
            from {{ ref('int_person_messages') }}
            where contact_class = 'marketing' and offer_id <> 'none'
        ) as whole
    union all
    select
        'returns' as part,
        (select sum(returned_count) from {{ ref('return_door') }}) as parts,
        (
            select sum(active_count)
            from {{ ref('retention_cohort') }}
            where activity = 'visit' and period = 'range'
        ) as whole
)

select *
from sums
where coalesce(parts, 0) <> coalesce(whole, 0)
