-- Grain: buyer of 14 years or more, or of unknown age × product: the 20 likeliest next ones.
with final as (
    select
        affinity.profile_id,
        affinity.product_id,
        affinity.rank,
        affinity.score,
        affinity.n,
        affinity.last_date,
        affinity.due_date,
        affinity.rule,
        affinity.n > 0 as already_bought,
        coalesce(carts.cart_date > coalesce(affinity.last_date, carts.cart_date - 1), false) as in_cart
    from {{ ref('int_affinity') }} as affinity
    inner join {{ ref('portrait') }} as portrait on affinity.profile_id = portrait.profile_id
    left join {{ ref('int_person_cart') }} as carts
        on
            affinity.profile_id = carts.profile_id
            and affinity.product_id = carts.product_id
            and carts.cart_date > {{ as_of() }} - 30
)

select * from final
