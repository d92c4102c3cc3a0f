{# An attempt of the purchase funnel from its opening event on; it ends with a payment or after seven days. #}
{% macro growth_purchase_columns() -%}
    opening.profile_id,
    opening.channel,
    opening.event_date,
    opening.scene_group,
    opening.device_type,
    opening.occurred_at as opened_at,
    step_2.reached_at as product_view_at,
    step_3.reached_at as cart_add_at,
    step_4.reached_at as checkout_start_at,
    step_5.reached_at as order_paid_at,
    coalesce(step_5.reached_at, opening.occurred_at + interval '7 days') as ended_at
{%- endmacro %}

{# The first time each step is reached after the one before it, in whatever channel. #}
{% macro growth_purchase_steps() -%}
    {% for step in [2, 3, 4, 5] -%}
    cross join lateral (
        select min(steps.occurred_at) as reached_at
        from {{ ref('int_funnel_steps') }} as steps
        where steps.profile_id = opening.profile_id
            and steps.step = {{ step }}
            and steps.occurred_at >= {{ 'opening.occurred_at' if step == 2 else 'step_' ~ (step - 1) ~ '.reached_at' }}
            and steps.occurred_at <= opening.occurred_at + interval '7 days'
    ) as step_{{ step }}
    {% endfor -%}
{%- endmacro %}
