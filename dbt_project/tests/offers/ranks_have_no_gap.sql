-- A person's offers are ranked 1 to n, best first, or there is one generic offer of rank 0.
select profile_id
from {{ ref('next_best_offer') }}
group by profile_id
having
    max(rank) <> count(*) - case when min(rank) = 0 then 1 else 0 end
    or array_agg(expected_value_fen order by rank asc)
    <> array_agg(expected_value_fen order by expected_value_fen desc)
    or count(*) > 5
