{# The weight of a purchase so many days before the buyer's newest one, in millionths. #}
{% macro purchase_weight(age_days) -%} {{ looked_up_decay(age_days, var('order_half_life_days')) }} {%- endmacro %}

{# n / (baskets + 2) · √(repeat rate) + .06 · popularity, with what goes with other products in n. #}
{% macro affinity_score() -%}
    round(
        (counted.weight + case when counted.companion_weight > 0 then counted.companion_weight / 5 else 0 end)
        / baskets.weight * products.repeat_root + 0.06 * products.popularity, 3
    )
{%- endmacro %}

{# What a product is in the list for. #}
{% macro affinity_rule() -%}
    case
        when ranked.n > 0 then 'repeat'
        when ranked.companion_weight > 0 then 'co_bought'
        else 'popular'
    end
{%- endmacro %}
