"""How deep discounts are, by value tier and by device: sums of persons' figures, no person."""

from collections import defaultdict

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_offers"

PAID_DAYS = 90

Sums = tuple[int, float, float]
"""People, sum, sum of squares."""

# Offered: what the person would save by the offer that has the place, fen; a reached person
# without one saves nothing. Paid: the share of the price that the orders of 90 days left out.
_DEPTHS = """
with offered as (
    select n.profile_id, 'offered_fen' as measure, n.redemption_cost_fen::float8 as depth
    from build.next_best_offer as n where n.is_allocated
),
paid as (
    select
        o.profile_id, 'paid_share' as measure,
        (sum(o.discount_fen) / sum(o.amount_fen + o.discount_fen))::float8 as depth
    from intermediate.int_person_orders as o
    where o.order_date > (select max(order_date) from intermediate.int_person_orders) - %s
    group by o.profile_id having sum(o.amount_fen + o.discount_fen) > 0
)
select
    d.measure, g.by, coalesce(g.name, 'unknown'), count(*), sum(d.depth), sum(d.depth * d.depth)
from (select * from offered union all select * from paid) as d
inner join build.profile as p using (profile_id)
cross join lateral (values ('value_tier', p.value_tier), ('device', p.pref_device)) as g (by, name)
group by 1, 2, 3 order by 1, 2, 3
"""


def read_depths(settings: Settings) -> dict[tuple[str, str], dict[str, Sums]]:
    """By measure (`offered_fen`, `paid_share`) and dimension: the sums of each group."""
    found: dict[tuple[str, str], dict[str, Sums]] = defaultdict(dict)
    with database_errors_without_values(), connect(settings, ROLE, stage="fairness") as conn:
        for measure, dimension, group, *sums in conn.execute(_DEPTHS, (PAID_DAYS,)):
            found[measure, dimension][group] = (sums[0], sums[1], sums[2])
    return found
