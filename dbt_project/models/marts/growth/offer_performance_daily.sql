-- Grain: day × offer × channel × arm × rank.
-- Decisions count on the day they begin, with the orders of 14 days; messages on the day they are sent.
{% set inputs = ['decisions', 'messages', 'trials', 'orders', 'redemptions'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['decisions', 'messages', 'trials', 'orders', 'redemptions'], 0, 13) }}",
) }}

with decisions as (
    select *
    from {{ ref('int_offer_decision') }}
    where {{ growth_is_touched('decided_on', inputs, 0, 13) }}
),

orders as (
    select
        decisions.decision_id,
        sum(orders.net_fen) as revenue_fen
    from decisions
    inner join {{ ref('int_person_orders') }} as orders
        on
            decisions.profile_id = orders.profile_id
            and orders.order_date between decisions.decided_on and decisions.decided_on + 13
    group by decisions.decision_id
),

redemptions as (
    select
        decisions.decision_id,
        sum(redemption.redemption_cost_fen) as redemption_cost_fen
    from decisions
    inner join {{ ref('int_offer_redemption') }} as redemption
        on
            decisions.profile_id = redemption.profile_id
            and decisions.offer_id = redemption.offer_id
            and redemption.redeemed_on between decisions.decided_on and decisions.decided_on + 13
    group by decisions.decision_id
),

messages as (
    select distinct on (messages.message_id)
        messages.*,
        coalesce(decision.arm, 'none') as arm,
        coalesce(decision.rank, -1)::smallint as rank
    from {{ ref('int_person_messages') }} as messages
    left join {{ ref('int_offer_decision') }} as decision
        on
            messages.profile_id = decision.profile_id
            and messages.offer_id = decision.offer_id
            and messages.channel = decision.channel
            and messages.sent_date >= decision.decided_on
    where
        messages.contact_class = 'marketing' and messages.offer_id <> 'none'
        and {{ growth_is_touched('messages.sent_date', inputs, 0, 13) }}
    order by messages.message_id asc, decision.decided_on desc, decision.decision_id desc
),

facts as (
    select
        decisions.decided_on as stat_date,
        decisions.offer_id,
        decisions.channel,
        decisions.arm,
        decisions.rank,
        decisions.decision_id,
        orders.decision_id as converted_id,
        orders.revenue_fen,
        redemptions.redemption_cost_fen,
        null as message_id,
        null::timestamptz as delivered_at,
        null::timestamptz as opened_at,
        null::timestamptz as clicked_at
    from decisions
    left join orders on decisions.decision_id = orders.decision_id
    left join redemptions on decisions.decision_id = redemptions.decision_id
    union all
    select
        sent_date as stat_date,
        offer_id,
        channel,
        arm,
        rank,
        null as decision_id,
        null as converted_id,
        null as revenue_fen,
        null as redemption_cost_fen,
        message_id,
        delivered_at,
        opened_at,
        clicked_at
    from messages
),

final as (
    select
        facts.stat_date,
        facts.offer_id,
        facts.channel,
        facts.arm,
        facts.rank,
        count(facts.decision_id)::integer as decided_count,
        count(facts.message_id)::integer as sent_count,
        count(facts.delivered_at)::integer as delivered_count,
        count(facts.opened_at)::integer as opened_count,
        count(facts.clicked_at)::integer as clicked_count,
        count(facts.converted_id)::integer as converted_count,
        coalesce(sum(facts.revenue_fen), 0)::bigint as revenue_fen,
        coalesce(sum(facts.redemption_cost_fen), 0)::bigint as redemption_cost_fen,
        max(trial.lift)::numeric(5, 4) as lift,
        max(trial.lift - trial.half_width)::numeric(5, 4) as lift_lower,
        max(trial.lift + trial.half_width)::numeric(5, 4) as lift_upper
    from facts
    left join {{ ref('int_offer_trial') }} as trial
        on facts.stat_date = trial.assigned_on and facts.offer_id = trial.offer_id
    group by facts.stat_date, facts.offer_id, facts.channel, facts.arm, facts.rank
)

select * from final
