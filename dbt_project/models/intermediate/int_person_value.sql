-- Grain: known person with at least one paid order.
-- Recency, frequency, money, and when the next order is due.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with orders as (
    select
        profile_id,
        count(*)::integer as order_count,
        count(distinct order_date)::integer as order_day_count,
        min(order_at) as first_order_at,
        max(order_at) as last_order_at,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        (count(*) filter (where order_date > {{ as_of() }} - 365))::integer as order_365d_count,
        coalesce(sum(net_fen) filter (where order_date > {{ as_of() }} - 365), 0)::bigint as net_365d_fen,
        sum(net_fen)::bigint as net_total_fen,
        round(avg(net_fen))::bigint as average_order_fen
    from {{ ref('int_person_orders') }}
    group by profile_id
),

categorised as (
    select
        orders.*,
        coalesce(preference.value, 'unknown') as main_category
    from orders
    left join {{ ref('int_preference') }} as preference
        on
            orders.profile_id = preference.profile_id
            and preference.dimension = 'category'
            and preference.preference_rank = 1
),

category_gaps as (
    select
        main_category,
        sum(last_order_date - first_order_date)::numeric / sum(order_day_count - 1) as gap_days
    from categorised
    where order_day_count > 1
    group by main_category
),

due as (
    select
        categorised.*,
        {{ expected_gap_days('categorised', 'category_gaps.gap_days') }} as expected_gap_days
    from categorised
    left join category_gaps on categorised.main_category = category_gaps.main_category
),

scored as (
    select
        *,
        {{ quintile('last_order_date') }} as recency_score,
        {{ quintile('order_365d_count') }} as frequency_score,
        {{ quintile('net_365d_fen') }} as monetary_score
    from due
),

final as (
    select
        scored.*,
        scored.last_order_date + scored.expected_gap_days as next_due_date,
        {{ lifecycle_stage('scored') }} as lifecycle_stage,
        rfm_segment.segment as rfm_segment
    from scored
    inner join {{ ref('rfm_segment') }} as rfm_segment
        on
            scored.recency_score = rfm_segment.recency_score
            and scored.frequency_score = rfm_segment.frequency_score
)

select * from final
