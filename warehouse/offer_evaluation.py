"""Findings on whether the decision pays, kept by day and question."""

from collections.abc import Iterable, Sequence
from datetime import date

import psycopg

from warehouse.errors import database_errors_without_values

EVERY_DAYS = 7

# Drift is found when a model is learnt, once a month.
_IS_RECENT = """
select exists (
    select from offers.evaluation
    where measure <> 'drift' and as_of <> %(as_of)s and as_of > %(as_of)s::date - %(days)s
)
"""
_KEEP = """
insert into offers.evaluation (as_of, measure, subject, value, lower, upper, units, is_alarming)
values (%s, %s, %s, round(%s::numeric, 6), round(%s::numeric, 6), round(%s::numeric, 6), %s, %s)
"""
_NEWEST = """
select subject, value::float8, lower::float8, upper::float8, units, is_alarming
from offers.evaluation
where measure = %(measure)s
    and as_of = (select max(as_of) from offers.evaluation where measure = %(measure)s)
order by ctid
"""


def is_evaluated(conn: psycopg.Connection, as_of: date) -> bool:
    """Whether another day's run looked within a week of this one."""
    with database_errors_without_values():
        row = conn.execute(_IS_RECENT, {"as_of": as_of, "days": EVERY_DAYS}).fetchone()
    return bool(row and row[0])


def keep_findings(
    conn: psycopg.Connection, as_of: date, findings: Iterable[Sequence[object]]
) -> int:
    """Keeps (measure, subject, value, lower, upper, units, is_alarming) rows of a day.

    What an earlier attempt of the day found about the same measures goes. Returns the rows kept.
    """
    rows = [(as_of, *finding) for finding in findings]
    with database_errors_without_values(), conn.cursor() as cursor:
        cursor.execute(
            "delete from offers.evaluation where as_of = %s and measure = any(%s)",
            (as_of, sorted({str(row[1]) for row in rows})),
        )
        cursor.executemany(_KEEP, rows)
    return len(rows)


def read_findings(conn: psycopg.Connection, measure: str) -> list[tuple[object, ...]]:
    """The newest findings of a measure: subject, value, lower, upper, units, is_alarming."""
    with database_errors_without_values():
        return conn.execute(_NEWEST, {"measure": measure}).fetchall()
