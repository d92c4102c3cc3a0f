-- dau ≤ wau ≤ mau, and the histogram holds who came within 28 days.
select
    stickiness.stat_date,
    stickiness.channel
from {{ ref('stickiness_daily') }} as stickiness
cross join
    lateral (
        select sum(persons.n) as persons
        from unnest(stickiness.l28_histogram) as persons (n)
    ) as histogram
where
    stickiness.dau_count > stickiness.wau_count
    or stickiness.wau_count > stickiness.mau_count
    or histogram.persons not between stickiness.wau_count and stickiness.mau_count
