{# The weight of a purchase so many days before the buyer's newest one, in millionths. #}
{% macro purchase_weight(age_days) -%} {{ looked_up_decay(age_days, var('order_half_life_days')) }} {%- endmacro %}

{#
Thousandths of n / (baskets + 2) · √(repeat rate) + .06 · popularity, with a fifth of what goes with other products in n. Both rates
have two decimals, so that all of it is one quotient of whole numbers: 40 (5n + c) r + 12 p b over 20 b, and half of it to round.
#}
{% macro affinity_score() -%}
    (
        40 * (5 * counted.weight + greatest(counted.companion_weight, 0)) * products.root_hundredths
        + (12 * products.popularity_hundredths + 10) * baskets.weight
    ) / (20 * baskets.weight)
{%- endmacro %}

{# What a product is in the list for. #}
{% macro affinity_rule() -%}
    case
        when ranked.n > 0 then 'repeat'
        when ranked.companion_weight > 0 then 'co_bought'
        else 'popular'
    end
{%- endmacro %}
