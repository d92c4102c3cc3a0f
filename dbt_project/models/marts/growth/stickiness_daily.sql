-- Grain: day × channel (`all` for all of them): how many of those who came within 30 days came that day.
{% set inputs = ['doors'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['doors'], 29) }}",
) }}

with visits as (
    select distinct
        doors.profile_id,
        doors.event_date,
        case each.is_channel when true then doors.channel else 'all' end as channel
    from {{ ref('int_person_doors') }} as doors
    cross join (values (true), (false)) as each (is_channel)
    where doors.visit_event_count > 0 and doors.profile_kind = 'known'
),

days as (
    select generated.day::date as stat_date
    from (select min(event_date) as first_date from visits) as history
    cross join lateral generate_series(history.first_date, {{ as_of() }}, interval '1 day') as generated (day)
    where {{ growth_is_touched('generated.day::date', inputs, 29) }}
),

persons as (
    select
        days.stat_date,
        visits.channel,
        visits.profile_id,
        max(visits.event_date) as last_date,
        (count(*) filter (where visits.event_date > days.stat_date - 28))::integer as active_days
    from days
    inner join visits on visits.event_date between days.stat_date - 29 and days.stat_date
    group by days.stat_date, visits.channel, visits.profile_id
),

counted as (
    select
        stat_date,
        channel,
        (count(*) filter (where last_date = stat_date))::integer as dau_count,
        (count(*) filter (where last_date > stat_date - 7))::integer as wau_count,
        count(*)::integer as mau_count,
        {{ growth_histogram('active_days', 28) }} as l28_histogram
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
