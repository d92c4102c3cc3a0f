{# 1 (lowest) to 5. Equal customers get equal scores, which tiles of equal size (ntile) would split. #}
{% macro quintile(measure) -%}
    least(5, 1 + floor(5 * percent_rank() over (order by {{ measure }})))::smallint
{%- endmacro %}

{# Where a buyer stands: days since the last order beside the days in which the next one was expected. #}
{% macro lifecycle_stage(order_count, silent_days, expected_gap_days) -%}
    case
        when {{ order_count }} = 1 and {{ silent_days }} <= 30 then 'new'
        when {{ silent_days }} >= 365 or {{ silent_days }} > 4 * {{ expected_gap_days }} then 'lost'
        when {{ silent_days }} > 2 * {{ expected_gap_days }} then 'dormant'
        when {{ silent_days }} > {{ expected_gap_days }} then 'at_risk'
        else 'active'
    end
{%- endmacro %}

{# The eight classes of the trade: recency, frequency and money each above or below the middle. #}
{% macro rfm_class(recency, frequency, monetary) -%}
    case when {{ monetary }} >= 3 then '重要' else '一般' end
    || case
        when {{ recency }} >= 3 and {{ frequency }} >= 3 then '价值'
        when {{ recency }} >= 3 then '发展'
        when {{ frequency }} >= 3 then '保持'
        else '挽留'
    end || '客户'
{%- endmacro %}

{# Three tiers of buyers by the money of a year. #}
{% macro value_tier(monetary_score) -%}
    case when {{ monetary_score }} = 5 then 'high' when {{ monetary_score }} >= 3 then 'middle' when {{ monetary_score }} >= 1 then 'low' else 'none' end
{%- endmacro %}
