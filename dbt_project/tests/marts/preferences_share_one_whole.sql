-- The likeliest values of a dimension share at most the whole, but for rounding to hundredths.
select
    profile_id,
    dimension
from {{ ref('preference') }}
group by profile_id, dimension
having sum(share) > 1.03 or min(rank) <> 1 or bool_or(n = 0 and rank > 1)
