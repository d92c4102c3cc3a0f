{# The first time a step is reached after the one before it and within the attempt's time, in its channel or in any. #}
{% macro next_step(step, after, within, in_channel) -%}
    cross join lateral (
        select min(steps.occurred_at) as reached_at
        from {{ ref('int_funnel_steps') }} as steps
        where steps.profile_id = opening.profile_id
            {%- if in_channel %}
            and steps.channel = opening.channel
            {%- endif %}
            and steps.step = {{ step }}
            and steps.occurred_at >= {{ after }}
            and steps.occurred_at <= opening.occurred_at + interval '{{ within }}'
    ) as step_{{ step }}
{%- endmacro %}

{# An attempt from its opening event on: when each step of the chain was reached. #}
{% macro attempt_columns() -%}
    opening.profile_id,
    opening.channel,
    opening.event_date,
    opening.scene_group,
    opening.device_type,
    opening.occurred_at as opened_at,
    step_2.reached_at as product_view_at,
    step_3.reached_at as cart_add_at,
    step_4.reached_at as checkout_start_at,
    step_5.reached_at as order_paid_at
{%- endmacro %}

{% macro attempt_steps(within='24 hours', in_channel=true) -%}
    {{ next_step(2, 'opening.occurred_at', within, in_channel) }}
    {{ next_step(3, 'step_2.reached_at', within, in_channel) }}
    {{ next_step(4, 'step_3.reached_at', within, in_channel) }}
    {{ next_step(5, 'step_4.reached_at', within, in_channel) }}
{%- endmacro %}

{# When an attempt is over. #}
{% macro attempt_end(attempt, within='24 hours') -%}
    coalesce({{ attempt }}.order_paid_at, {{ attempt }}.opened_at + interval '{{ within }}')
{%- endmacro %}

{# Median seconds from one step to the next, over the attempts that reached it. #}
{% macro median_seconds(reached, before) -%}
    percentile_disc(0.5) within group (order by extract(epoch from {{ reached }} - {{ before }})::integer)
{%- endmacro %}
