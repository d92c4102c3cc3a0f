{# 1 (lowest) to 5. Equal customers get equal scores, which tiles of equal size (ntile) would split. #}
{% macro quintile(measure) -%}
    least(5, 1 + floor(5 * percent_rank() over (order by {{ measure }})))::smallint
{%- endmacro %}

{# Days expected from one order to the next: the own mean gap, blended with the category's while there are few. #}
{% macro expected_gap_days(buyer, category_gap_days) -%}
    round(
        (
            {{ buyer }}.last_order_date - {{ buyer }}.first_order_date
            + {{ var('repurchase_prior_gaps') }} * coalesce({{ category_gap_days }}, {{ var('repurchase_default_days') }})
        ) / ({{ buyer }}.order_day_count - 1 + {{ var('repurchase_prior_gaps') }})
    )::integer
{%- endmacro %}

{# Where a buyer stands: days since the last order beside the days in which the next one was expected. #}
{% macro lifecycle_stage(buyer) -%}
    {% set silent_days = '(' ~ as_of() ~ ' - ' ~ buyer ~ '.last_order_date)' -%}
    case
        when {{ buyer }}.order_count = 1 and {{ silent_days }} <= 30 then 'new'
        when {{ silent_days }} >= 365 or {{ silent_days }} > 4 * {{ buyer }}.expected_gap_days then 'lost'
        when {{ silent_days }} > 2 * {{ buyer }}.expected_gap_days then 'dormant'
        when {{ silent_days }} > {{ buyer }}.expected_gap_days then 'at_risk'
        else 'active'
    end
{%- endmacro %}

{# The eight classes of the trade: recency, frequency and money each above or below the middle. #}
{% macro rfm_class(buyer) -%}
    case when {{ buyer }}.monetary_score >= 3 then '重要' else '一般' end
    || case
        when {{ buyer }}.recency_score >= 3 and {{ buyer }}.frequency_score >= 3 then '价值'
        when {{ buyer }}.recency_score >= 3 then '发展'
        when {{ buyer }}.frequency_score >= 3 then '保持'
        else '挽留'
    end || '客户'
{%- endmacro %}

{# Three tiers of buyers by the money of a year. #}
{% macro value_tier(monetary_score) -%}
    case
        when {{ monetary_score }} = 5 then 'high'
        when {{ monetary_score }} >= 3 then 'middle'
        when {{ monetary_score }} >= 1 then 'low'
        else 'none'
    end
{%- endmacro %}

{# Strictly between 0 and 1, six decimals: nothing is certain, and a score above 1 is a score, not a probability. #}
{% macro probability(score) -%}
    round(least(0.95, greatest(0.000001, {{ score }})), 6)
{%- endmacro %}
