-- Of a cohort no more persons return than are in it.
select *
from {{ ref('retention_cohort') }}
where active_count > cohort_count or cohort_count < 1
