"""The people of the trial of all offers: who they were at a month's end, and who ordered then."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from warehouse.errors import database_errors_without_values

OUTCOME_DAYS = 30
"""Who orders within so many days of the portrait has converted."""

_HAS_SNAPSHOTS = "select to_regclass('build.portrait_snapshot') is not null"
_NEWEST = "select max(month_end) from build.portrait_snapshot where as_of + %s <= %s"
# Whoever got what was kept from the group tells nothing certain.
_PEOPLE = """
select
    (a.arm = 'treat')::integer::float8,
    exists (
        select from intermediate.int_person_orders as o
        where o.profile_id = a.profile_id and o.order_date > s.as_of
            and o.order_date <= s.as_of + %(days)s
    )::integer::float8
    {features}
from offers.assignment as a
inner join build.portrait_snapshot as s
    on a.profile_id = s.profile_id and s.month_end = %(month_end)s
where a.experiment_id = 'global' and a.assigned_on <= s.as_of + 1 and a.contaminated_at is null
order by a.profile_id
"""


class OfferTrial(NamedTuple):
    """A row a person: whether offers may reach the person, whether an order followed, features."""

    is_treated: npt.NDArray[np.bool_]
    is_converted: npt.NDArray[np.bool_]
    features: npt.NDArray[np.float64]


def newest_judgeable_month(conn: psycopg.Connection, as_of: date) -> date | None:
    """The newest month end whose outcomes are known; None without such a snapshot."""
    with database_errors_without_values():
        if conn.execute(_HAS_SNAPSHOTS).fetchone() != (True,):
            return None
        row = conn.execute(_NEWEST, (OUTCOME_DAYS, as_of)).fetchone()
    return row[0] if row else None


def read_trial(conn: psycopg.Connection, month_end: date, features: Sequence[str]) -> OfferTrial:
    """Everybody in an arm by then, with the portrait of that month's end."""
    columns = sql.SQL("").join(
        sql.SQL(", coalesce(s.{}, 0)::float8").format(sql.Identifier(name)) for name in features
    )
    values = {"month_end": month_end, "days": OUTCOME_DAYS}
    with database_errors_without_values():
        rows = conn.execute(sql.SQL(_PEOPLE).format(features=columns), values).fetchall()
    table = np.array(rows, dtype=np.float64).reshape(-1, 2 + len(features))
    return OfferTrial(table[:, 0] > 0, table[:, 1] > 0, table[:, 2:])
