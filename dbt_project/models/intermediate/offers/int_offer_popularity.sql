-- Grain: live offer, with the share of buyers who ever bought what it covers; null when it covers no product.
{{ config(materialized='table') }}

with popularity as (
    select
        offer.offer_number,
        case
            when
                offer.offer_id in (select target.offer_id from {{ ref('offer_target') }} as target)
                then greatest(
                count(affinity.profile_id) filter (where affinity.basket_count > 0)::numeric
                / (select greatest(count(*), 1) from {{ ref('int_person_value') }}), 0.001
            )
        end as popularity
    from {{ ref('int_offer_live') }} as offer
    left join {{ ref('int_offer_affinity') }} as affinity on offer.offer_number = affinity.offer_number
    group by offer.offer_number, offer.offer_id
),

final as (
    select
        offer.*,
        popularity.popularity,
        avg(popularity.popularity) over () as mean_popularity
    from {{ ref('int_offer_live') }} as offer
    inner join popularity on offer.offer_number = popularity.offer_number
)

select * from final
