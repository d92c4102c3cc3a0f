-- A person's offers are ranked 1 to n, best first, or there is one generic offer of rank 0. Rank 1 alone
-- has the place.
-- At most two are of a group.
select best.profile_id
from {{ ref('next_best_offer') }} as best
inner join {{ ref('int_offer_live') }} as offer on best.offer_id = offer.offer_id
group by best.profile_id
having
    max(best.rank) <> count(*) - case when min(best.rank) = 0 then 1 else 0 end
    or array_agg(best.expected_value_fen order by best.rank asc)
    <> array_agg(best.expected_value_fen order by best.expected_value_fen desc)
    or count(*) > 5
    or count(*) filter (where best.is_allocated) <> 1
    or bool_or(best.is_allocated <> (best.rank <= 1))
    or max(best.expected_value_fen) < 0
    or count(*) > 2 * count(distinct offer.offer_group)
