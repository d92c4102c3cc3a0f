-- Grain: known person who is reachable, or held out of all offers: what the decision asks of the person,
-- offer by offer.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with pauses as (
    select
        profile_id,
        max(reason_code) filter (where offer_id is null) as reason_code,
        max(paused_from) filter (where offer_id is null) as paused_from,
        max(paused_until) filter (where offer_id is null) as paused_until,
        array_agg(offer_id order by offer_id) filter (where offer_id is not null) as offers,
        array_agg(reason_code order by offer_id) filter (where offer_id is not null) as reasons,
        array_agg(paused_from order by offer_id) filter (where offer_id is not null) as starts,
        array_agg(paused_until order by offer_id) filter (where offer_id is not null) as ends
    from {{ ref('int_offer_pause') }}
    group by profile_id
),

arms as (
    select
        profile_id,
        max(arm) filter (where experiment_id = 'global') as global_arm,
        array_agg(experiment_id) filter (where experiment_id <> 'global' and arm = 'control') as held_offers,
        array_agg(experiment_id) as experiments
    from {{ source('offers', 'assignment') }}
    group by profile_id
),

tested as (
    select
        array_agg(offer_id order by offer_id) as offers,
        array_agg(holdout_share order by offer_id) as shares
    from {{ ref('int_offer_live') }}
    where holdout_share > 0
),

final as (
    select
        person.profile_id,
        coalesce(person.is_minor, false) as is_minor,
        person.has_opted_out,
        coalesce(person.member_status in ('cancelled', 'closed', 'deleted'), false) as is_cancelled,
        coalesce(reach.is_follower, false) as is_follower,
        coalesce(reach.reach_bits, 0) as reach_bits,
        coalesce(reach.open_bits, 0) as open_bits,
        coalesce(reach.free_bits, 0) as free_bits,
        reach.official_account_slots,
        reach.consent_decided_at,
        reach.blocked_from,
        reach.blocked_until,
        person_value.last_order_date,
        person_value.next_due_date,
        coalesce(person_value.order_count, 0) as order_count,
        coalesce(person_value.lifecycle_stage, 'prospect') as lifecycle_stage,
        pauses.reason_code as pause_reason_code,
        pauses.paused_from,
        pauses.paused_until,
        pauses.offers as paused_offers,
        pauses.reasons as offer_pause_reasons,
        pauses.starts as offer_pause_starts,
        pauses.ends as offer_pause_ends,
        coalesce(
            arms.global_arm = 'control',
            not person.has_opted_out
            and {{ drawn("'global'", 'person.profile_id') }} < {{ var('global_holdout_share') }}
        ) as is_held_out,
        coalesce(arms.held_offers, '{}') || case when person.has_opted_out then '{}' else array(
            select test.offer_id
            from unnest(tested.offers, tested.shares) as test (offer_id, share)
            where
                not test.offer_id = any(coalesce(arms.experiments, '{}'))
                and {{ drawn('test.offer_id', 'person.profile_id') }} < test.share
        ) end as held_offers,
        {{ broken_rules() }} as broken_rules,
        {{ response_factor('portrait', 'person.has_opted_out') }} as response_factor,
        {{ model_version() }} as model_version
    from {{ ref('int_person') }} as person
    left join {{ ref('int_offer_reach') }} as reach on person.profile_id = reach.profile_id
    left join arms on person.profile_id = arms.profile_id
    left join {{ ref('int_person_value') }} as person_value on person.profile_id = person_value.profile_id
    left join {{ ref('portrait') }} as portrait on person.profile_id = portrait.profile_id
    left join pauses on person.profile_id = pauses.profile_id
    cross join tested
    where person.kind = 'known' and (reach.profile_id is not null or arms.global_arm = 'control')
)

select * from final
