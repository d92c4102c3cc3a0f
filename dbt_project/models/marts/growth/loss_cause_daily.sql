-- Grain: day of the opening event × channel × cause: attempts of the purchase funnel that ended without
-- a payment, and the first rule of the seed `loss_rule` that explains each. A day counts once its seven
-- days are over.
{% set inputs = ['attempts', 'doors', 'messages', 'interactions', 'coupons'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('loss_date', ['attempts', 'doors', 'messages', 'interactions', 'coupons'], 14, 14) }}",
) }}

with lost as (
    select
        profile_id,
        channel,
        event_date,
        opened_at
    from {{ ref('int_growth_attempts') }}
    where
        funnel = 'purchase'
        and order_paid_at is null
        and event_date + 7 <= {{ as_of() }}
        and {{ growth_is_touched('event_date', inputs, 14, 14) }}
),

explained as (
    select
        lost.profile_id,
        lost.channel,
        lost.event_date,
        lost.opened_at,
        min(rule.rule_order) as rule_order
    from lost
    left join {{ ref('int_loss_signals') }} as signals
        on
            lost.profile_id = signals.profile_id
            and signals.happened_at >= lost.opened_at - interval '14 days'
            and signals.happened_at <= lost.opened_at + interval '14 days'
    left join {{ ref('loss_rule') }} as rule
        on
            rule.signal = 'always'
            or (
                signals.signal = rule.signal
                and signals.strength >= rule.min_strength
                and signals.happened_at >= lost.opened_at - rule.days_before * interval '1 day'
                and signals.happened_at <= lost.opened_at + rule.days_after * interval '1 day'
            )
    group by lost.profile_id, lost.channel, lost.event_date, lost.opened_at
),

final as (
    select
        explained.event_date as loss_date,
        explained.channel,
        rule.cause,
        count(*)::integer as lost_count,
        count(distinct explained.profile_id)::integer as person_count
    from explained
    inner join {{ ref('loss_rule') }} as rule on explained.rule_order = rule.rule_order
    group by explained.event_date, explained.channel, rule.cause
)

select * from final
