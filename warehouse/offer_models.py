"""Past months to learn from, out of frozen portraits; models, written and read back."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_offers"
MONTHS = 12
CONTACT_DAYS, ORDER_DAYS = 30, 14
"""Who got a message within so many days of the snapshot, and who of them ordered so soon after."""

_HAS_SNAPSHOTS = "select to_regclass('build.portrait_snapshot') is not null"
# A month is over when the last message that counts has had its days. They count from the day whose
# portrait it is, which is later than the month's end where no run saw that day.
_NEWEST = """
select max(month_end) from build.portrait_snapshot
where as_of + %s <= %s
    and month_end > coalesce((select max(month_end) from offers.model), '-infinity')
"""
_PAST = """
with contacted as (
    select s.profile_id, s.month_end, min(c.sent_at) as first_at
    from build.portrait_snapshot as s
    inner join intermediate.int_person_contacts as c using (profile_id)
    inner join intermediate.int_person as p using (profile_id)
    where s.month_end between %(newest)s::date - interval '11 months' and %(newest)s
        and not p.has_opted_out and c.contact_class = 'marketing' and c.delivered_at is not null
        and c.sent_at >= (s.as_of + 1)::timestamp at time zone 'Asia/Shanghai'
        and c.sent_at < (s.as_of + 1 + %(contact_days)s)::timestamp at time zone 'Asia/Shanghai'
    group by s.profile_id, s.month_end
)
select
    (s.month_end - date '2000-01-01')::float8, (hashtext(s.profile_id) & 1)::float8,
    exists (
        select from intermediate.int_person_orders as o
        where o.profile_id = c.profile_id and o.order_at >= c.first_at
            and o.order_at < c.first_at + %(order_days)s * interval '1 day'
    )::integer::float8,
    {features}
from contacted as c
inner join build.portrait_snapshot as s using (profile_id, month_end)
order by s.month_end, s.profile_id
"""
_MODEL = """
insert into offers.model (
    month_end, model_version, run_id, intercept, mean_predicted, area_under_curve, gain, gain_lower,
    gain_upper, people, is_open
) values (
    %(month_end)s, %(model_version)s, %(run_id)s, %(intercept)s, %(mean_predicted)s,
    %(area_under_curve)s, %(gain)s, %(gain_lower)s, %(gain_upper)s, %(people)s, %(is_open)s
)
"""
_COEFFICIENT = """
insert into offers.model_coefficient (month_end, feature, centre, scale, coefficient)
values (%s, %s, %s, %s, %s)
"""
_BIN = """
insert into offers.model_reliability (month_end, bin, people, mean_predicted, rate)
values (%s, %s, %s, %s, %s)
"""
_MODEL_OF = """
select m.model_version, m.intercept::float8, m.mean_predicted::float8,
    array_agg(array[c.centre, c.scale, c.coefficient]::float8[] order by c.feature),
    array_agg(c.feature order by c.feature)
from offers.model as m inner join offers.model_coefficient as c using (month_end)
where m.month_end = (select max(month_end) from offers.model where month_end <= %s)
    and (m.is_open or not %s)
group by m.month_end
"""
_NEWEST_MODEL = """
select model_version, people, area_under_curve::float8, gain::float8, gain_lower::float8,
    gain_upper::float8, is_open
from offers.model order by month_end desc limit 1
"""
_RELIABILITY = """
select bin, people, mean_predicted::float8, rate::float8
from offers.model_reliability where month_end = (select max(month_end) from offers.model)
order by bin
"""


class JudgedModel(NamedTuple):
    """The newest model and how it did among people it never saw, whether it may be used or not."""

    model_version: str
    people: int
    area_under_curve: float
    gain: float
    gain_lower: float
    gain_upper: float
    is_open: bool


class OpenModel(NamedTuple):
    """A model to score with; terms are (centre, scale, coefficient) by feature."""

    model_version: str
    intercept: float
    mean_predicted: float
    terms: list[list[float]]
    features: list[str]


def newest_unlearnt_month(conn: psycopg.Connection, as_of: date) -> date | None:
    """The newest month end that is over and has no model yet; None without snapshots."""
    with database_errors_without_values():
        if conn.execute(_HAS_SNAPSHOTS).fetchone() != (True,):
            return None
        row = conn.execute(_NEWEST, (CONTACT_DAYS + ORDER_DAYS, as_of)).fetchone()
    return row[0] if row else None


def read_past(
    conn: psycopg.Connection, newest: date, features: Sequence[str]
) -> npt.NDArray[np.float64]:
    """A row a person and month: month, half, whether the person ordered, then the features."""
    columns = sql.SQL(", ").join(
        sql.SQL("coalesce(s.{}, 0)::float8").format(sql.Identifier(name)) for name in features
    )
    values = {"newest": newest, "contact_days": CONTACT_DAYS, "order_days": ORDER_DAYS}
    with database_errors_without_values():
        rows = conn.execute(sql.SQL(_PAST).format(features=columns), values).fetchall()
    return np.array(rows, dtype=np.float64).reshape(-1, 3 + len(features))


def write_model(
    conn: psycopg.Connection,
    model: dict[str, Any],
    coefficients: Sequence[Sequence[object]],
    bins: Sequence[Sequence[object]],
) -> None:
    """Keeps a model with its coefficients and its reliability table."""
    month = model["month_end"]
    with database_errors_without_values(), conn.cursor() as cursor:
        cursor.execute(_MODEL, model)
        cursor.executemany(_COEFFICIENT, [(month, *row) for row in coefficients])
        cursor.executemany(_BIN, [(month, number, *row) for number, row in enumerate(bins, 1)])


def read_judged_model(
    settings: Settings,
) -> tuple[JudgedModel | None, list[tuple[int, int, float, float]]]:
    """The newest model, and its reliability table: bin, people, mean predicted, rate."""
    with database_errors_without_values(), connect(settings, ROLE, stage="experiments") as conn:
        row = conn.execute(_NEWEST_MODEL).fetchone()
        bins = conn.execute(_RELIABILITY).fetchall()
    return (JudgedModel(*row) if row else None), bins


def read_open_model(conn: psycopg.Connection) -> OpenModel | None:
    """The newest model; None when there is none, or its gate is closed."""
    return _read_model(conn, date.max, must_be_open=True)


def read_model_until(conn: psycopg.Connection, month_end: date) -> OpenModel | None:
    """The newest model that learnt from no later month, whether it may be used or not."""
    return _read_model(conn, month_end, must_be_open=False)


def _read_model(conn: psycopg.Connection, until: date, *, must_be_open: bool) -> OpenModel | None:
    with database_errors_without_values():
        row = conn.execute(_MODEL_OF, (until, must_be_open)).fetchone()
    return OpenModel(*row) if row else None
