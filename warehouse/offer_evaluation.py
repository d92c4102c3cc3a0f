"""Findings on whether the decision pays, kept by day and question."""

from collections.abc import Iterable, Sequence
from datetime import date

import psycopg

from warehouse.errors import database_errors_without_values

# Drift is found when a model is learnt, once a month.
_IS_RECENT = """
select exists (
    select from offers.evaluation
    where measure <> 'drift' and as_of <> %(as_of)s and as_of > %(as_of)s::date - %(days)s
)
"""
_FORGET = "delete from offers.evaluation where as_of = %s and measure = any(%s)"
_KEEP = """
insert into offers.evaluation
    (as_of, place, measure, subject, value, lower, upper, units, is_alarming)
values (
    %s, %s, %s, %s, round(%s::numeric, 6), round(%s::numeric, 6), round(%s::numeric, 6), %s, %s
)
"""
_NEWEST = """
select subject, value::float8, lower::float8, upper::float8, units, is_alarming
from offers.evaluation
where measure = %(measure)s
    and as_of = (select max(as_of) from offers.evaluation where measure = %(measure)s)
order by place
"""


def is_evaluated(conn: psycopg.Connection, as_of: date, days: int) -> bool:
    """Whether a run of another day looked within so many days before this one, or later."""
    with database_errors_without_values():
        row = conn.execute(_IS_RECENT, {"as_of": as_of, "days": days}).fetchone()
    return bool(row and row[0])


def keep_findings(
    conn: psycopg.Connection,
    as_of: date,
    measures: Sequence[str],
    findings: Iterable[Sequence[object]],
) -> int:
    """Replaces a day's findings about `measures`; returns how many there are.

    A finding is (measure, subject, value, lower, upper, units, is_alarming).
    """
    rows = [(as_of, place, *finding) for place, finding in enumerate(findings)]
    with database_errors_without_values(), conn.cursor() as cursor:
        cursor.execute(_FORGET, (as_of, list(measures)))
        cursor.executemany(_KEEP, rows)
    return len(rows)


def read_findings(conn: psycopg.Connection, measure: str) -> list[tuple[object, ...]]:
    """The newest findings of a measure: subject, value, lower, upper, units, is_alarming."""
    with database_errors_without_values():
        return conn.execute(_NEWEST, {"measure": measure}).fetchall()
