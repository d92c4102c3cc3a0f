-- Grain: buyer of 14 years or more, or of unknown age × product: the 20 likeliest next ones.
-- score = n / (baskets + 2) · √(repeat rate of the product) + .06 · popularity; n and baskets are decayed
-- with the half-life of orders, from the buyer's newest order on. What goes with a product gets a fifth.
with bought as (
    select distinct
        lines.profile_id,
        lines.order_id,
        lines.product_id,
        lines.order_date,
        value.last_order_date - lines.order_date as age_days
    from {{ ref('int_person_lines') }} as lines
    inner join {{ ref('int_person_value') }} as value on lines.profile_id = value.profile_id
    where lines.product_id is not null and lines.quantity > 0
),

baskets as (
    select
        orders.profile_id,
        2000000 + sum({{ decayed_millionths(
            '(value.last_order_date - orders.order_date)', var('order_half_life_days')
        ) }}) as weight
    from {{ ref('int_person_orders') }} as orders
    inner join {{ ref('int_person_value') }} as value on orders.profile_id = value.profile_id
    group by orders.profile_id
),

own as (
    select
        profile_id,
        product_id,
        count(distinct order_date)::integer as n,
        max(order_date) as last_date,
        sum({{ decayed_millionths('age_days', var('order_half_life_days')) }}) as weight
    from bought
    group by profile_id, product_id
),

popular as (
    select product_id
    from {{ ref('int_product_habit') }}
    order by popularity desc, product_id asc
    limit 20
),

candidates as (
    select
        profile_id,
        product_id,
        n,
        last_date,
        weight,
        0 as companion_weight
    from own
    union all
    select
        own.profile_id,
        companion.product_id,
        0 as n,
        null as last_date,
        0 as weight,
        own.weight / 5 as companion_weight
    from own
    inner join {{ ref('int_product_habit') }} as product on own.product_id = product.product_id
    cross join lateral unnest(product.companion_ids) as companion (product_id) -- noqa: AL05
    union all
    select
        baskets.profile_id,
        popular.product_id,
        0 as n,
        null as last_date,
        0 as weight,
        0 as companion_weight
    from baskets
    cross join popular
),

scored as (
    select
        candidates.profile_id,
        candidates.product_id,
        sum(candidates.n)::integer as n,
        max(candidates.last_date) as last_date,
        max(candidates.last_date) + max(product.gap_days) as due_date,
        max(candidates.companion_weight) > 0 as is_companion,
        {{ affinity_score() }} as score
    from candidates
    inner join {{ ref('int_product_habit') }} as product on candidates.product_id = product.product_id
    inner join baskets on candidates.profile_id = baskets.profile_id
    group by candidates.profile_id, candidates.product_id
),

ranked as (
    select
        *,
        row_number() over (partition by profile_id order by score desc, product_id asc) as place
    from scored
),

final as (
    select
        ranked.profile_id,
        ranked.product_id,
        ranked.place::smallint as rank,
        ranked.score::numeric(6, 3) as score,
        ranked.n,
        ranked.last_date,
        ranked.due_date,
        {{ affinity_rule() }} as rule,
        ranked.n > 0 as already_bought,
        coalesce(carts.cart_date > coalesce(ranked.last_date, carts.cart_date - 1), false) as in_cart
    from ranked
    inner join {{ ref('portrait') }} as portrait on ranked.profile_id = portrait.profile_id
    left join {{ ref('int_open_cart') }} as carts
        on ranked.profile_id = carts.profile_id and ranked.product_id = carts.product_id
    where ranked.place <= 20
)

select * from final
