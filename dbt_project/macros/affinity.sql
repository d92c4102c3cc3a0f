{# Products that were bought, numbered in the order of their ids. #}
{% macro numbered_products() -%}
    select
        *,
        (row_number() over (order by product_id))::integer as product_no,
        row_number() over (order by popularity desc, product_id asc) as popular_place
    from {{ ref('int_product_habit') }}
{%- endmacro %}

{# The weight of a purchase so many days before the buyer's newest one, in millionths. #}
{% macro looked_up_decay(age_days) -%}
    coalesce(({{ decay_table(var('order_half_life_days')) }})[{{ age_days }} + 1], 0)
{%- endmacro %}

{# What goes with a product, both by their numbers. #}
{% macro companions_by_number() -%}
    select
        product.product_no,
        other.product_no as companion_no
    from products as product
    cross join lateral unnest(product.companion_ids) as companion (product_id) -- noqa: AL05
    inner join products as other on companion.product_id = other.product_id
{%- endmacro %}

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
