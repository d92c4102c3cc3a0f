"""The numbers of the summary and the report: counts, rates and sums, never a row of a person.

All figures are read in one snapshot, so they fit together.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.figure_queries import (
    QUERIES,
    Cohort,
    DayRows,
    LabelCount,
    OfferFigures,
    ProfileKind,
    Retention,
    SegmentCell,
    SourceRows,
    StageSeconds,
)

ROLE = "c360_publish"
STAGE = "figures"
BEGINNING = datetime.min.replace(tzinfo=UTC)


class RunFacts(NamedTuple):
    """One run of the chain; `version` is null unless the run is what `mart` shows."""

    run_id: int
    run_at: datetime
    as_of: date | None
    status: str
    reason: str | None
    version: int | None


@dataclass(frozen=True)
class Figures:
    """Everything that the summary and the report show of the state after one run."""

    run: RunFacts
    sources: list[SourceRows]
    days: list[DayRows]
    kinds: list[ProfileKind]
    sizes: list[LabelCount]
    lifecycle: list[LabelCount]
    segments: list[LabelCount]
    channels: list[LabelCount]
    categories: list[LabelCount]
    retention: list[Retention]
    cohorts: list[Cohort]
    funnel: list[LabelCount]
    login_walls: list[LabelCount]
    losses: list[LabelCount]
    flows: list[LabelCount]
    moves: list[LabelCount]
    segment_cells: list[SegmentCell]
    offers: list[OfferFigures]
    suppressed: list[LabelCount]
    seconds: list[StageSeconds]


def read_figures(
    settings: Settings, run_id: int | None = None, *, since: datetime = BEGINNING
) -> Figures:
    """The figures of a run, or of the newest; work is summed over what started at `since` or later.

    Marts are those published now, whichever run published them.

    Raises:
        Fatal: there is no such run.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        conn.execute("set transaction isolation level repeatable read, read only")
        values = {name: _read(conn, name, since) for name in QUERIES}
        return Figures(run=_run(conn, run_id), **values)


def _read(conn: psycopg.Connection, name: str, since: datetime) -> list[Any]:
    row_type, query = QUERIES[name]
    with conn.cursor(row_factory=class_row(row_type)) as cursor:
        parameters = {"since": since} if "%(since)s" in query else None
        return cursor.execute(query.encode(), parameters).fetchall()


def _run(conn: psycopg.Connection, run_id: int | None) -> RunFacts:
    with conn.cursor(row_factory=class_row(RunFacts)) as cursor:
        run = cursor.execute(
            """
            select r.run_id, r.run_at, r.as_of, r.status, r.reason, p.version
            from ops.run as r
            left join mart.publication as p on r.run_id = p.run_id
            where r.run_id = coalesce(%s, (select max(run_id) from ops.run))
            """,
            [run_id],
        ).fetchone()
    if run is None:
        raise Fatal("there is no such run: `c360 status` lists them")
    return run
