{# n / (baskets + 2) · √(repeat rate) + .06 · popularity, with what goes with other products in n. #}
{% macro affinity_score() -%}
    round(
        (sum(candidates.weight) + max(candidates.companion_weight)) / max(baskets.weight)
        * max(product.repeat_root) + 0.06 * max(product.popularity), 3
    )
{%- endmacro %}

{# What a product is in the list for. #}
{% macro affinity_rule() -%}
    case
        when ranked.n > 0 then 'repeat'
        when ranked.is_companion then 'co_bought'
        else 'popular'
    end
{%- endmacro %}
