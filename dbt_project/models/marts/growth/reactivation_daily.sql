-- Grain: day × channel of the last message during the silence × channel and scene group of the return.
-- Who had not come for 30 days and came that day; `nobody` is the door of a day without a return.
{% set inputs = ['doors', 'messages'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('return_date', ['doors', 'messages'], none) }}",
) }}

with visits as (
    select
        profile_id,
        visit_date,
        channel,
        scene_group,
        lead(visit_date) over person as next_date,
        lead(channel) over person as next_channel,
        lead(scene_group) over person as next_scene_group
    from {{ ref('int_visit_days') }}
    where profile_kind = 'known'
    window person as (partition by profile_id order by visit_date)
),

silences as (
    select
        *,
        visit_date + 30 as asleep_from,
        coalesce(next_date, {{ as_of() }} + 1) as awake_from
    from visits
    where coalesce(next_date, {{ as_of() }} + 1) - visit_date >= 30
),

-- A silence is cut where a message changes what the last one was.
states as (
    select
        silences.*,
        coalesce(messages.channel, 'none') as contact_channel,
        greatest(silences.asleep_from, messages.sent_date + 1) as state_from,
        lead(messages.sent_date) over (
            partition by silences.profile_id, silences.visit_date
            order by messages.sent_at asc nulls first, messages.message_id asc
        ) as next_sent_date
    from silences
    left join lateral (
        select
            null::text as channel,
            null::date as sent_date,
            null::timestamptz as sent_at,
            null::text as message_id
        union all
        select
            sent.channel,
            sent.sent_date,
            sent.sent_at,
            sent.message_id
        from {{ ref('int_person_messages') }} as sent
        where
            sent.profile_id = silences.profile_id
            and sent.delivered_at is not null
            and sent.sent_date > silences.visit_date
            and sent.sent_date < silences.awake_from
    ) as messages on true
),

slept as (
    select
        contact_channel,
        state_from,
        least(awake_from, coalesce(next_sent_date, awake_from)) as state_to,
        next_date,
        awake_from,
        next_channel,
        next_scene_group
    from states
    where state_from <= least(awake_from, coalesce(next_sent_date, awake_from))
),

days as (
    select
        generated.day::date as return_date,
        slept.contact_channel,
        count(*)::integer as sleeping_count
    from slept
    cross join lateral generate_series(slept.state_from, slept.state_to, interval '1 day') as generated (day)
    where
        generated.day::date <= {{ as_of() }}
        and {{ growth_is_touched('generated.day::date', inputs, none) }}
    group by 1, 2
),

returns as (
    select
        next_date as return_date,
        contact_channel,
        next_channel as channel,
        next_scene_group as scene_group,
        count(*)::integer as returned_count
    from slept
    where next_date = state_to
    group by 1, 2, 3, 4
),

final as (
    select
        days.return_date,
        days.contact_channel,
        coalesce(returns.channel, 'nobody') as channel,
        coalesce(returns.scene_group, 'nobody') as scene_group,
        days.sleeping_count,
        coalesce(returns.returned_count, 0) as returned_count,
        {{ rate('coalesce(returns.returned_count, 0)', 'days.sleeping_count') }} as reactivation_rate
    from days
    left join returns
        on days.return_date = returns.return_date and days.contact_channel = returns.contact_channel
)

select * from final
