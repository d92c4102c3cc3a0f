"""What became of the people in each arm of each experiment."""

from typing import NamedTuple

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_offers"


class ArmCounts(NamedTuple):
    """People of one arm since they were assigned, and how many of them ordered."""

    experiment_id: str
    arm: str
    persons: int
    converted: int
    contaminated: int
    clean_persons: int
    clean_converted: int


# An order converts from the day of assignment on; contaminated persons are counted apart.
_COUNTS = """
with outcome as (
    select
        a.experiment_id, a.arm, a.contaminated_at is not null as is_contaminated,
        exists (
            select from intermediate.int_person_orders as o
            where o.profile_id = a.profile_id and o.order_date >= a.assigned_on
        ) as has_converted
    from offers.assignment as a
)
select
    experiment_id, arm, count(*), count(*) filter (where has_converted),
    count(*) filter (where is_contaminated), count(*) filter (where not is_contaminated),
    count(*) filter (where has_converted and not is_contaminated)
from outcome group by experiment_id, arm order by experiment_id, arm desc
"""


def read_arms(settings: Settings) -> list[ArmCounts]:
    """The counts of every arm that has people, by experiment."""
    with database_errors_without_values(), connect(settings, ROLE, stage="experiments") as conn:
        return [ArmCounts(*row) for row in conn.execute(_COUNTS)]
