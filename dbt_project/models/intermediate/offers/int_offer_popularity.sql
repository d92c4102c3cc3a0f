-- Grain: live offer, with the share of buyers who ever bought what it covers; null when it covers no product.
-- Shares have two digits: they are in everybody's chances, so they move in steps and not with each order.
{{ config(materialized='table') }}

with buyers as (
    select greatest(count(*), 1) as buyer_count
    from {{ ref('int_person_value') }}
),

covering as (
    select distinct offer_id
    from {{ ref('offer_target') }}
),

owners as (
    select
        offer_number,
        count(*) as owner_count
    from {{ ref('int_offer_affinity') }}
    where basket_count > 0
    group by offer_number
),

popularity as (
    select
        offer.offer_number,
        case
            when covering.offer_id is not null
                then greatest(coalesce(owners.owner_count, 0)::numeric / buyers.buyer_count, 0.001)
        end as owner_share
    from {{ ref('int_offer_live') }} as offer
    cross join buyers
    left join covering on offer.offer_id = covering.offer_id
    left join owners on offer.offer_number = owners.offer_number
),

final as (
    select
        offer.*,
        {{ two_digits('popularity.owner_share') }} as popularity,
        {{ two_digits('avg(popularity.owner_share) over ()') }} as mean_popularity
    from {{ ref('int_offer_live') }} as offer
    inner join popularity on offer.offer_number = popularity.offer_number
)

select * from final
