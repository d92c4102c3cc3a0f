-- Grain: day of opening × channel × topic: conversations with the brand's service.
{% set inputs = ['interactions'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('opened_date', ['interactions']) }}",
) }}

with final as (
    select
        on_date as opened_date,
        coalesce(channel, 'unknown') as channel,
        coalesce(topic, 'none') as topic,
        count(*)::integer as conversation_count,
        count(distinct identifier_set_id)::integer as account_count,
        count(answered_at)::integer as answered_count,
        (count(*) filter (where action = 'transferred'))::integer as transferred_count,
        sum(measure_1)::bigint as message_count,
        percentile_disc(0.5) within group (order by extract(epoch from answered_at - started_at)::integer)
            as first_reply_median_seconds,
        count(measure_2)::integer as rated_count,
        round(avg(measure_2), 2)::numeric(4, 2) as average_rating,
        (count(*) filter (where measure_2 <= 2))::integer as low_rating_count
    from {{ ref('int_interactions') }}
    where
        interaction_kind = 'service'
        and {{ growth_is_touched('on_date', inputs) }}
    group by 1, 2, 3
)

select * from final
