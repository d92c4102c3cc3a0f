-- Grain: known person × category of the live offers: how much likelier than anybody the person buys there.
-- lift = shrunk own share of order lines in the category / its share in the population.
with lines as (
    select
        profile_id,
        category,
        count(*) as n
    from {{ ref('int_person_lines') }}
    group by profile_id, category
),

buyers as (
    select
        profile_id,
        sum(n) as n
    from lines
    group by profile_id
),

population as (
    select
        category,
        greatest(round(sum(n) / sum(sum(n)) over (), 3), 0.001) as share
    from lines
    group by category
),

final as (
    select
        buyers.profile_id,
        population.category,
        coalesce(lines.n, 0)::integer as line_count,
        population.share as population_share,
        round(
            (coalesce(lines.n, 0) + {{ var('shrinkage_weight') }} * population.share)
            / (buyers.n + {{ var('shrinkage_weight') }}) / population.share,
            3
        ) as lift
    from buyers
    cross join population
    left join lines on buyers.profile_id = lines.profile_id and population.category = lines.category
    where exists (
        select from {{ ref('int_offer_live') }} as offer
        where offer.category = population.category
    )
)

select * from final
