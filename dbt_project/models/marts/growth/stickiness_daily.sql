-- Grain: day × channel (`all` for all of them): how many of those who came within 30 days came that day.
-- A visit stands for its person until the next one, at most 30 days. The days with visits up to it are bits
-- of its mask, by day modulo 60; those who are alike in channel, day and mask are looked at once.
{% set inputs = ['doors'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['doors'], 29) }}",
) }}

with days as materialized (
    select
        generated.day::date as stat_date,
        {{ growth_day_number('generated.day::date') }} as day_no,
        (
            select sum({{ growth_day_bit(growth_day_number('generated.day::date - before.days')) }})::bigint
            from generate_series(0, 27) as before (days)
        ) as last_28_days
    from (
        select min(event_date) as first_date
        from {{ ref('int_person_doors') }}
        where visit_event_count > 0 and profile_kind = 'known'
    ) as history
    cross join lateral generate_series(history.first_date, {{ as_of() }}, interval '1 day') as generated (day)
    where {{ growth_is_touched('generated.day::date', inputs, 29) }}
),

visits as (
    {% for channel in ['channel', "'all'"] %}
        select
            profile_id,
            {{ channel }} as channel,
            {{ growth_day_number('event_date') }} as day_no
        from {{ ref('int_person_doors') }}
        where
            visit_event_count > 0
            and profile_kind = 'known'
            and event_date >= (select min(days.stat_date) - 29 from days)
        group by profile_id, {{ 'channel, ' if loop.first }}event_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

stretches as (
    select
        channel,
        day_no,
        least(
            30, coalesce(lead(day_no) over person, {{ growth_day_number(as_of()) }} + 1) - day_no
        ) as days_until_next,
        (
            sum({{ growth_day_bit('day_no') }}) over (person range between 29 preceding and current row)
        )::bigint as mask
    from visits
    window person as (partition by profile_id, channel order by day_no)
),

alike as (
    select
        channel,
        day_no,
        mask,
        greatest(0, (select min(days.day_no) from days) - day_no) as first_silent,
        days_until_next - 1 as last_silent,
        count(*) as person_count
    from stretches
    group by channel, day_no, mask, days_until_next
),

persons as (
    select
        days.stat_date,
        alike.channel,
        silent.days as silent_days,
        bit_count((alike.mask & days.last_28_days)::bit(64)) as active_days,
        sum(alike.person_count) as person_count
    from alike
    cross join lateral generate_series(alike.first_silent, alike.last_silent) as silent (days)
    inner join days on alike.day_no + silent.days = days.day_no
    group by days.stat_date, alike.channel, silent.days, bit_count((alike.mask & days.last_28_days)::bit(64))
),

counted as (
    select
        stat_date,
        channel,
        coalesce(sum(person_count) filter (where silent_days = 0), 0)::integer as dau_count,
        coalesce(sum(person_count) filter (where silent_days < 7), 0)::integer as wau_count,
        sum(person_count)::integer as mau_count,
        {{ growth_histogram('active_days', 28, 'person_count') }} as l28_histogram
    from persons
    group by stat_date, channel
),

final as (
    select
        stat_date,
        channel,
        dau_count,
        wau_count,
        mau_count,
        {{ rate('dau_count', 'mau_count') }} as dau_mau_rate,
        {{ rate('wau_count', 'mau_count') }} as wau_mau_rate,
        l28_histogram
    from counted
)

select * from final
