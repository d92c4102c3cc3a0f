-- Grain: known person of 14 years or more, or of unknown age.
with preferences as (
    select
        profile_id,
        {{ preferred('channel') }},
        {{ preferred('device') }},
        {{ preferred('hour') }},
        {{ preferred('category') }},
        {{ preferred('promotion') }}
    from {{ ref('int_preference') }}
    where preference_rank = 1
    group by profile_id
),

final as (
    select
        person.profile_id,
        coalesce(person_value.lifecycle_stage, 'prospect') as life_stage,
        visit_stage.visit_stage as life_visit_stage,
        visit_stage.first_visit_date as life_first_visit_date,
        visit_stage.last_visit_date as life_last_visit_date,
        person_value.first_order_at as life_first_order_at,
        person_value.last_order_at as life_last_order_at,
        coalesce(person_value.order_count, 0) as life_order_count,
        coalesce(person_value.order_day_count, 0) as life_order_day_count,
        person_value.expected_gap_days as life_expected_gap_days,
        person_value.next_due_date as life_next_due_date,
        person_value.recency_score as rfm_recency_score,
        person_value.frequency_score as rfm_frequency_score,
        person_value.monetary_score as rfm_monetary_score,
        coalesce(person_value.rfm_segment, 'none') as rfm_segment,
        {{ rfm_class('person_value') }} as rfm_class,
        {{ value_tier('person_value.monetary_score') }} as value_tier,
        coalesce(person_value.net_365d_fen, 0) as value_net_365d_fen,
        coalesce(person_value.net_total_fen, 0) as value_net_total_fen,
        person_value.average_order_fen as value_average_order_fen,
        {{ windowed_from('windows', 'cnt', 'visit_days') }},
        {{ windowed_from('windows', 'cnt', 'product_views') }},
        {{ windowed_from('windows', 'cnt', 'searches') }},
        {{ windowed_from('windows', 'cnt', 'cart_adds') }},
        {{ windowed_from('windows', 'cnt', 'shares') }},
        {{ windowed_from('windows', 'cnt', 'orders') }},
        {{ windowed_from('windows', 'amt', 'net_fen') }},
        {%- for dimension in ['channel', 'device', 'hour', 'category', 'promotion'] %}
            {{ preference_columns(dimension) }},
        {%- endfor %}
        person.member_tier as loyalty_tier,
        person.points_balance as loyalty_points_balance
    from {{ ref('int_person') }} as person
    left join {{ ref('int_person_value') }} as person_value on person.profile_id = person_value.profile_id
    left join {{ ref('int_visit_stage') }} as visit_stage on person.profile_id = visit_stage.profile_id
    left join {{ ref('int_person_windows') }} as windows on person.profile_id = windows.profile_id
    left join preferences on person.profile_id = preferences.profile_id
    where person.kind = 'known' and not person.is_under_14
)

select * from final
