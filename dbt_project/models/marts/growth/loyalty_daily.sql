-- Grain: day × programme × action: entries of points, stored value, check-ins and tiers.
{% set inputs = ['interactions', 'points'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['interactions', 'points']) }}",
) }}

with entries as (
    select
        on_date as stat_date,
        interaction_kind as programme,
        coalesce(action, 'none') as action,
        identifier_set_id,
        coalesce(measure_1, 0)
        + case interaction_kind when 'stored_value' then coalesce(measure_2, 0) else 0 end as amount
    from {{ ref('int_interactions') }}
    where interaction_kind in ('stored_value', 'check_in', 'tier')
    union all
    select
        event_day as stat_date,
        'points' as programme,
        coalesce(reason, 'none') as action,
        identifier_set_id,
        coalesce(delta, 0) as amount
    from {{ ref('int_points') }}
),

final as (
    select
        stat_date,
        programme,
        action,
        count(*)::integer as entry_count,
        count(distinct identifier_set_id)::integer as account_count,
        coalesce(sum(amount) filter (where amount > 0), 0)::bigint as amount_in,
        coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as amount_out
    from entries
    where {{ growth_is_touched('stat_date', inputs) }}
    group by stat_date, programme, action
)

select * from final
