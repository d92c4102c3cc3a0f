-- Grain: buyer × product: the 20 likeliest next ones.
-- score = n / (baskets + 2) · √(repeat rate of the product) + .06 · popularity; n and baskets are decayed
-- with the half-life of orders, from the buyer's newest order on. What goes with a product gets a fifth.
-- Buyers and products go by number, products in the order of their ids: the work is grouping and sorting.
-- Only touched persons' lists are made anew, and everybody's where what products say is not what it was.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns',
    pre_hook="{{ forget_moved_affinities() }}",
    indexes=[{'columns': ['profile_id', 'product_id'], 'unique': true}],
) }}

with products as materialized (
    select
        *,
        (100 * repeat_root)::bigint as root_hundredths,
        (100 * popularity)::bigint as popularity_hundredths
    from {{ ref('int_product_habit') }}
),

companions as materialized (
    select
        product.product_no,
        other.product_no as companion_no
    from products as product
    cross join lateral unnest(product.companion_ids) as companion (product_id) -- noqa: AL05
    inner join products as other on companion.product_id = other.product_id
),

baskets as materialized (
    select
        orders.profile_id,
        (row_number() over (order by orders.profile_id))::integer as buyer_no,
        2000000 + sum({{ purchase_weight('value.last_order_date - orders.order_date') }})::bigint as weight
    from {{ ref('int_person_orders') }} as orders
    inner join {{ ref('int_person_value') }} as value on orders.profile_id = value.profile_id
    where {{ is_touched('orders.profile_id') }} or {{ is_emptied() }}
    group by orders.profile_id
),

own as materialized (
    select
        baskets.buyer_no,
        products.product_no,
        bought.order_days as n,
        bought.last_date,
        bought.weight_millionths as weight,
        0::bigint as companion_weight
    from {{ ref('int_person_product') }} as bought
    inner join products on bought.product_id = products.product_id
    inner join baskets on bought.profile_id = baskets.profile_id
),

candidates as (
    select * from own
    union all
    select
        own.buyer_no,
        companions.companion_no as product_no,
        0 as n,
        null as last_date,
        0 as weight,
        own.weight as companion_weight
    from own
    inner join companions on own.product_no = companions.product_no
    union all
    select
        baskets.buyer_no,
        products.product_no,
        0 as n,
        null as last_date,
        0 as weight,
        0 as companion_weight
    from baskets
    inner join products on products.popular_place <= 20
),

-- Of a buyer and a product at most one row has bought it, so that the greatest is its figure.
counted as (
    select
        buyer_no,
        product_no,
        max(n) as n,
        max(last_date) as last_date,
        max(weight) as weight,
        max(companion_weight) as companion_weight
    from candidates
    group by buyer_no, product_no
),

ranked as (
    select
        counted.*,
        baskets.profile_id,
        products.product_id,
        counted.last_date + products.gap_days as due_date,
        {{ affinity_score() }} as score, -- in thousandths
        row_number() over (
            partition by counted.buyer_no order by {{ affinity_score() }} desc, counted.product_no asc
        ) as place
    from counted
    inner join products on counted.product_no = products.product_no
    inner join baskets on counted.buyer_no = baskets.buyer_no
),

final as (
    select
        ranked.profile_id,
        ranked.product_id,
        ranked.place::smallint as rank,
        (ranked.score / 1000.0)::numeric(6, 3) as score,
        ranked.n,
        ranked.last_date,
        ranked.due_date,
        {{ affinity_rule() }} as rule,
        ({{ products_fingerprint() }}) as made_with -- noqa: ST05
    from ranked
    where ranked.place <= 20
)

select * from final
