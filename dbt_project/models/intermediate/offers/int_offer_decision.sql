-- Grain: reachable known person × live offer.
-- reason_code is the first rule the offer fails; null: it is a candidate and has a rank.
{{ config(indexes=[{'columns': ['profile_id', 'offer_id'], 'unique': true}]) }}

with channels as (
    select
        profile_id,
        bool_or(is_reachable) as is_reachable,
        bool_or(is_reachable and channel = 'official_account') as is_follower
    from {{ ref('int_person_channels') }}
    group by profile_id
),

persons as (
    select
        person.profile_id,
        person.is_minor,
        person.has_opted_out,
        person.points_balance,
        coalesce(person_value.lifecycle_stage, 'prospect') as lifecycle_stage,
        coalesce(person_value.order_count, 0) as order_count,
        person_value.last_order_date,
        person_value.next_due_date,
        channels.is_follower
    from {{ ref('int_person') }} as person
    inner join channels on person.profile_id = channels.profile_id
    left join {{ ref('int_person_value') }} as person_value on person.profile_id = person_value.profile_id
    where channels.is_reachable
),

best_channel as (
    select distinct on (profile_id, offer_id) *
    from {{ ref('int_offer_channel') }}
    order by profile_id asc, offer_id asc, is_consented desc, expected_value_fen desc, channel asc
),

judged as (
    select
        persons.profile_id,
        persons.has_opted_out,
        persons.lifecycle_stage,
        persons.next_due_date,
        offer.offer_id,
        offer.offer_group,
        offer.kind,
        offer.template_id,
        offer.start_at,
        offer.end_at,
        best_channel.channel,
        best_channel.account_id,
        best_channel.p_convert,
        offer.value_fen,
        offer.redemption_cost_fen,
        best_channel.send_cost_fen,
        best_channel.context_weight,
        offer.lever,
        best_channel.expected_value_fen,
        best_channel.affinity_line_count,
        best_channel.affinity_lift,
        best_channel.redemption_lift,
        best_channel.consent_decided_at,
        pause.paused_from,
        pause.paused_until,
        {{ local_midnight('persons.last_order_date + offer.days_after_order') }} as suitable_from,
        {{ first_obstacle() }} as obstacle
    from persons
    cross join {{ ref('int_offer_live') }} as offer
    left join best_channel
        on persons.profile_id = best_channel.profile_id and offer.offer_id = best_channel.offer_id
    left join {{ ref('int_offer_pause') }} as pause
        on persons.profile_id = pause.profile_id and offer.offer_id = pause.offer_id
),

in_group as (
    select
        *,
        row_number() over (
            partition by profile_id, offer_group, obstacle is null
            order by expected_value_fen desc, offer_id asc
        ) as group_rank
    from judged
),

diverse as (
    select
        *,
        row_number() over (
            partition by profile_id, obstacle is null and group_rank <= 2
            order by expected_value_fen desc, offer_id asc
        ) as list_rank
    from in_group
),

final as (
    select
        *,
        case
            when obstacle is not null then obstacle
            when has_opted_out and list_rank > 1 then 'outranked'
            when has_opted_out then null
            when group_rank > 2 then 'group_limit'
            when list_rank > 5 then 'outranked'
        end as reason_code,
        case when has_opted_out then 0 else list_rank end::smallint as rank
    from diverse
)

select * from final
