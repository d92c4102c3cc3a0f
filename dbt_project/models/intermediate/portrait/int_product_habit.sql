-- Grain: product that was bought: how often buyers come back for it, how popular it is, what goes with it.
-- Repeat rate and popularity are rounded, so that they move in steps. Popularity is the product's baskets of
-- 90 days over those of the most popular product. All that ranks the products of everybody counts up to the
-- last Sunday, so that it moves once a week; until a whole week was sold it counts up to today.
-- Pairs are counted once and then told of both; they are ranked by number, in the order of the ids.
{{ config(indexes=[{'columns': ['product_id'], 'unique': true}]) }}

with products as materialized (
    select
        product_id,
        (row_number() over (order by product_id))::integer as product_no,
        count(*) as buyers,
        sum(quantity) as sold_quantity,
        sum(total_fen) as sold_fen
    from {{ ref('int_person_product') }}
    group by product_id
),

counted as materialized (
    select
        case
            when min(order_date) > {{ last_sunday() }} - 6 then {{ as_of() }} else {{ last_sunday() }}
        end as until
    from {{ ref('int_basket') }}
),

repeated as (
    select
        product_id,
        count(*) as buyers,
        count(*) filter (where order_days > 1) as buyers_again,
        sum(span_days) as span_days,
        sum(order_days - 1) as gaps
    from (
        {{ purchases_until('counted') }}
    ) as bought
    group by product_id
),

recent as (
    select
        bought.product_id,
        round(count(*)::numeric / max(count(*)) over (), 2) as popularity
    from {{ ref('int_basket') }} as baskets
    inner join counted on baskets.order_date > counted.until - 90 and baskets.order_date <= counted.until
    cross join lateral unnest(baskets.product_ids) as bought (product_id) -- noqa: AL05
    group by bought.product_id
),

together as materialized (
    select
        this_one.product_id,
        other.product_id as other_id,
        count(*) as baskets
    from {{ ref('int_basket') }} as baskets
    inner join counted on baskets.order_date > counted.until - 180 and baskets.order_date <= counted.until
    cross join lateral unnest(baskets.product_ids) with ordinality as this_one (product_id, place)
    cross join lateral unnest(baskets.product_ids[this_one.place + 1:]) as other (product_id)
    where array_length(baskets.product_ids, 1) > 1
    group by this_one.product_id, other.product_id
),

pairs as (
    select
        this_one.product_id,
        other.product_id as other_id,
        row_number() over (
            partition by this_one.product_no order by told.baskets desc, other.product_no asc
        ) as place
    from together
    inner join lateral (
        values
        (together.product_id, together.other_id, together.baskets),
        (together.other_id, together.product_id, together.baskets)
    ) as told (product_id, other_id, baskets) on true
    inner join products as this_one on told.product_id = this_one.product_id
    inner join products as other on told.other_id = other.product_id
),

companions as (
    select
        product_id,
        array_agg(other_id order by place) as product_ids
    from pairs
    where place <= 5
    group by product_id
),

final as (
    select
        products.product_id,
        products.product_no,
        products.buyers::integer as buyer_count,
        {{ repeat_root('repeated') }} as repeat_root,
        round(repeated.span_days::numeric / nullif(repeated.gaps, 0))::integer as gap_days,
        coalesce(recent.popularity, 0) as popularity,
        (row_number() over (
            order by coalesce(recent.popularity, 0) desc, products.product_id asc
        ))::integer as popular_place,
        companions.product_ids as companion_ids,
        products.sold_quantity,
        products.sold_fen
    from products
    left join repeated on products.product_id = repeated.product_id
    left join recent on products.product_id = recent.product_id
    left join companions on products.product_id = companions.product_id
)

select * from final
