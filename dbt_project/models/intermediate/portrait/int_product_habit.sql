-- Grain: product that was bought: how often buyers come back for it, how popular it is, what goes with it.
-- Repeat rate and popularity are rounded, so that they move in steps. Popularity is the product's baskets of
-- 90 days over those of the most popular product.
{{ config(indexes=[{'columns': ['product_id'], 'unique': true}]) }}

with bought as (
    select distinct
        profile_id,
        order_id,
        product_id,
        order_date
    from {{ ref('int_person_lines') }}
    where product_id is not null and quantity > 0
),

buyers as (
    select
        profile_id,
        product_id,
        count(distinct order_date) as days,
        max(order_date) - min(order_date) as span_days
    from bought
    group by profile_id, product_id
),

recent as (
    select
        product_id,
        round(count(*)::numeric / max(count(*)) over (), 2) as popularity
    from bought
    where order_date > {{ as_of() }} - 90
    group by product_id
),

pairs as (
    select
        this_one.product_id,
        other.product_id as other_id,
        row_number()
            over (partition by this_one.product_id order by count(*) desc, other.product_id asc)
            as place
    from bought as this_one
    inner join bought as other
        on this_one.order_id = other.order_id and this_one.product_id <> other.product_id
    where this_one.order_date > {{ as_of() }} - 180
    group by this_one.product_id, other.product_id
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
        buyers.product_id,
        (row_number() over (order by buyers.product_id))::integer as product_no,
        count(*)::integer as buyer_count,
        round(sqrt((count(*) filter (where buyers.days > 1) + 0.5) / (count(*) + 1)), 2) as repeat_root,
        round(
            sum(buyers.span_days)::numeric / nullif(sum(buyers.days - 1), 0)
        )::integer as gap_days,
        coalesce(max(recent.popularity), 0) as popularity,
        (row_number() over (
            order by coalesce(max(recent.popularity), 0) desc, buyers.product_id asc
        ))::integer as popular_place,
        max(companions.product_ids) as companion_ids
    from buyers
    left join recent on buyers.product_id = recent.product_id
    left join companions on buyers.product_id = companions.product_id
    group by buyers.product_id
)

select * from final
