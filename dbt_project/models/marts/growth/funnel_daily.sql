-- Grain: day of the opening event × funnel × channel × scene group × device type × offer.
{% set inputs = ['attempts'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('funnel_date', ['attempts'], 0, 8) }}",
) }}

with counted as (
    select
        event_date as funnel_date,
        funnel,
        channel,
        scene_group,
        device_type,
        offer_id,
        count(*)::integer as attempt_count,
        count(product_view_at)::integer as product_view_count,
        count(cart_add_at)::integer as cart_add_count,
        count(checkout_start_at)::integer as checkout_start_count,
        count(order_paid_at)::integer as order_paid_count,
        (count(*) filter (where has_login_wall))::integer as login_wall_count,
        {{ median_seconds('product_view_at', 'opened_at') }} as product_view_median_seconds,
        {{ median_seconds('cart_add_at', 'product_view_at') }} as cart_add_median_seconds,
        {{ median_seconds('checkout_start_at', 'cart_add_at') }} as checkout_start_median_seconds,
        {{ median_seconds('order_paid_at', 'checkout_start_at') }} as order_paid_median_seconds
    from {{ ref('int_growth_attempts') }}
    where {{ growth_is_touched('event_date', inputs, 0, 8) }}
    group by event_date, funnel, channel, scene_group, device_type, offer_id
),

final as (
    select
        funnel_date,
        channel,
        scene_group,
        device_type,
        attempt_count,
        product_view_count,
        cart_add_count,
        checkout_start_count,
        order_paid_count,
        login_wall_count,
        product_view_median_seconds,
        cart_add_median_seconds,
        checkout_start_median_seconds,
        order_paid_median_seconds,
        {{ rate('product_view_count', 'attempt_count') }} as product_view_rate,
        {{ rate('cart_add_count', 'product_view_count') }} as cart_add_rate,
        {{ rate('checkout_start_count', 'cart_add_count') }} as checkout_start_rate,
        {{ rate('order_paid_count', 'checkout_start_count') }} as order_paid_rate,
        {{ rate('order_paid_count', 'attempt_count') }} as overall_rate,
        {{ rate('login_wall_count', 'attempt_count') }} as login_wall_rate,
        funnel_date + case funnel when 'session' then 1 else 7 end <= {{ as_of() }} as is_complete,
        funnel,
        offer_id
    from counted
)

select * from final
