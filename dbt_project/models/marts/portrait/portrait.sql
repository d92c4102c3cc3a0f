-- Grain: known person of 14 years or more, or of unknown age.
{% set dimensions = [
    'channel', 'device', 'hour', 'weekday', 'category', 'brand', 'content', 'promotion', 'scene_group', 'store',
] %}
{% set counts = [
    'visit_days', 'product_views', 'searches', 'cart_adds', 'shares', 'orders', 'events', 'sessions', 'checkouts',
    'login_walls', 'coupon_claims', 'contacts', 'contact_clicks',
] %}
{% set amounts = ['net_fen', 'gross_fen', 'discount_fen', 'refund_fen'] %}

with preferences as (
    select
        profile_id,
    {%- for dimension in dimensions %}
        {{ preferred(dimension) }}{{ ',' if not loop.last }}
    {%- endfor %}
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
        {%- for measure in counts %}
            {{ windowed_from('windows', 'cnt', measure) }},
        {%- endfor %}
        {%- for measure in amounts %}
            {{ windowed_from('windows', 'amt', measure) }},
        {%- endfor %}
        {%- for dimension in dimensions %}
            {{ preference_columns(dimension) }},
        {%- endfor %}
        {{ coarse_count('forecast.orders_90d') }}::numeric(6, 1) as clv_orders_90d,
        forecast.churn_risk::numeric(2, 1) as clv_churn_risk,
        {{ risk_band('forecast.churn_risk') }} as clv_churn_risk_band,
        {{ coarse('forecast.clv_12m_fen') }} as clv_12m_fen,
        coalesce(promotion.line_count, 0) as promo_line_count,
        promotion.discounted_share::numeric(3, 2) as promo_discounted_share,
        coalesce(promotion.coupon_count, 0) as promo_coupon_count,
        coalesce(promotion.coupon_used_count, 0) as promo_coupon_used_count,
        coalesce(promotion.coupon_expired_count, 0) as promo_coupon_expired_count,
        contact.window_start_hour as contact_window_start_hour,
        contact.window_end_hour as contact_window_end_hour,
        contact.best_contacts_per_week as contact_best_per_week,
        contact.is_fatigued as contact_is_fatigued,
        contact.delivered_count as contact_delivered_count,
        contact.response_count as contact_response_count,
        contact.response_rate::numeric(3, 2) as contact_response_rate,
        coalesce(sessions.session_count, 0) as sess_90d_count,
        sessions.average_seconds as sess_90d_average_seconds,
        sessions.average_events as sess_90d_average_events,
        sessions.bounce_rate as sess_90d_bounce_rate,
        coalesce(sessions.channel_count, 0::smallint) as sess_90d_channel_count,
        sessions.last_session_at as sess_last_at,
        sessions.last_cart_date as cart_last_add_date,
        coalesce(sessions.cart_session_count, 0) as cart_90d_session_count,
        coalesce(sessions.abandoned_count, 0) as cart_90d_abandoned_count,
        coalesce(
            sessions.last_cart_date > {{ local_date('person_value.last_order_at') }},
            sessions.last_cart_date is not null
        ) as cart_is_open,
        coalesce(loyalty.invites, 0)::integer as ref_invite_count,
        coalesce(loyalty.invites_30d, 0)::integer as ref_30d_invite_count,
        coalesce(loyalty.invites_converted, 0)::integer as ref_converted_count,
        person.member_tier as loyalty_tier,
        person.points_balance as loyalty_points_balance,
        coalesce(loyalty.points_earned_90d, 0) as loyalty_90d_points_earned,
        coalesce(loyalty.points_spent_90d, 0) as loyalty_90d_points_spent,
        coalesce(loyalty.check_ins_30d, 0)::integer as loyalty_30d_check_in_count,
        coalesce(loyalty.longest_streak, 0)::integer as loyalty_longest_streak,
        coalesce(loyalty.stored_value_fen, 0) as loyalty_stored_value_fen,
        coalesce(loyalty.conversations_90d, 0)::integer as svc_90d_conversation_count,
        coalesce(loyalty.ratings_low, 0)::integer as svc_low_rating_count,
        round(loyalty.rating_sum::numeric / nullif(loyalty.rating_count, 0), 1)::numeric(3, 1)
            as svc_average_rating
    from {{ ref('int_person') }} as person
    left join {{ ref('int_person_value') }} as person_value on person.profile_id = person_value.profile_id
    left join {{ ref('int_visit_stage') }} as visit_stage on person.profile_id = visit_stage.profile_id
    left join {{ ref('int_person_windows') }} as windows on person.profile_id = windows.profile_id
    left join preferences on person.profile_id = preferences.profile_id
    left join {{ ref('int_person_forecast') }} as forecast on person.profile_id = forecast.profile_id
    left join {{ ref('int_person_promotion') }} as promotion on person.profile_id = promotion.profile_id
    left join {{ ref('int_person_contact') }} as contact on person.profile_id = contact.profile_id
    left join {{ ref('int_person_sessions') }} as sessions on person.profile_id = sessions.profile_id
    left join {{ ref('int_person_loyalty') }} as loyalty on person.profile_id = loyalty.profile_id
    where person.kind = 'known' and not person.is_under_14
)

select * from final
