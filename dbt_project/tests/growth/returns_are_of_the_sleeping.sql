-- Nobody returns who did not sleep, and every return after a silence has its door.
select
    return_date,
    contact_channel
from {{ ref('reactivation_daily') }}
group by return_date, contact_channel
having sum(returned_count) > max(sleeping_count) or max(sleeping_count) <> min(sleeping_count)
