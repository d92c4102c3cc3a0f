"""Runs of the chain: which loads a run takes, and how it ended.

A load is pending until a run that took it is published. A blocked or failed run leaves its loads
pending, and the next run takes them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import psycopg
from psycopg.types.json import Jsonb

from settings import Settings
from warehouse.connection import connect
from warehouse.days import newest_closed_day_of
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.stage import lock_transaction

ROLE = "c360_publish"
STAGE = "runs"

EndStatus = Literal["published", "nothing_to_do", "blocked", "failed"]


@dataclass(frozen=True)
class Run:
    """One run of the chain.

    `as_of` is the newest closed day: the run publishes what occurred until its end (Asia/Shanghai).
    It is None while no day is closed yet.
    """

    run_id: int
    run_at: datetime
    as_of: date | None
    load_ids: tuple[int, ...]


def open_run(
    settings: Settings,
    *,
    run_at: datetime,
    as_of: date | None = None,
    orchestrator_run_id: str | None = None,
) -> Run:
    """Opens a run and lets it take every pending load.

    Older runs that never ended are closed as failed: the new run has all of their loads. A second
    call with the same `orchestrator_run_id` while that run is open returns it (a retried task).

    Raises:
        Fatal: `as_of` is older than what is published.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        lock_transaction(conn, "open_run")
        known = _open_run_of(conn, orchestrator_run_id)
        if known is not None:
            return read_run_on(conn, known)
        day = _as_of(conn, as_of)
        _close_unfinished(conn, run_at)
        return read_run_on(conn, _insert_run(conn, run_at, day, orchestrator_run_id))


def read_run(settings: Settings, run_id: int) -> Run:
    """An earlier opened run; `Fatal` when there is none of that number."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        return read_run_on(conn, run_id)


def read_run_on(conn: psycopg.Connection, run_id: int) -> Run:
    """The same on an open connection."""
    row = conn.execute("select run_at, as_of from ops.run where run_id = %s", (run_id,)).fetchone()
    if row is None:
        raise Fatal(f"there is no run {run_id}")
    loads = conn.execute(
        "select load_id from ops.run_load where run_id = %s order by load_id", (run_id,)
    )
    return Run(run_id, row[0], row[1], tuple(load_id for (load_id,) in loads))


def finish_run(
    settings: Settings,
    run_id: int,
    status: EndStatus,
    *,
    reason: str | None = None,
    counts: Mapping[str, int | float] | None = None,
) -> None:
    """Records how a run ended, with numbers about it; publishing records `published` itself.

    A run that ended already keeps its status and gets only the counts.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        conn.execute(
            """
            update ops.run
            set counts = counts || %(counts)s,
                status = case when status = 'running' then %(status)s else status end,
                reason = case when status = 'running' then %(reason)s else reason end,
                finished_at = coalesce(finished_at, clock_timestamp())
            where run_id = %(run_id)s
            """,
            {"run_id": run_id, "status": status, "reason": reason, "counts": Jsonb(counts or {})},
        )


def has_pending_loads(settings: Settings, *, beyond_run: int | None = None) -> bool:
    """Whether loads wait for a run; with `beyond_run`, whether any came that this run lacks."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        row = conn.execute(
            """
            select exists (
                select from ops.load as l
                where l.published_run_id is null and not exists (
                    select from ops.run_load as t where t.load_id = l.load_id and t.run_id = %s
                )
            )
            """,
            (beyond_run,),
        ).fetchone()
    return bool(row and row[0])


def _close_unfinished(conn: psycopg.Connection, run_at: datetime) -> None:
    conn.execute(
        """
        update ops.run
        set status = 'failed', reason = 'a newer run took its loads', finished_at = %s
        where status = 'running'
        """,
        (run_at,),
    )


def _insert_run(
    conn: psycopg.Connection, run_at: datetime, day: date | None, orchestrator_run_id: str | None
) -> int:
    """The new run, which takes every pending load."""
    row = conn.execute(
        "insert into ops.run (run_at, as_of, orchestrator_run_id) values (%s, %s, %s)"
        " returning run_id",
        (run_at, day, orchestrator_run_id),
    ).fetchone()
    run_id: int = row[0] if row else 0
    conn.execute(
        """
        insert into ops.run_load (run_id, load_id)
        select %s, load_id from ops.load where published_run_id is null
        """,
        (run_id,),
    )
    return run_id


def _open_run_of(conn: psycopg.Connection, orchestrator_run_id: str | None) -> int | None:
    row = conn.execute(
        "select max(run_id) from ops.run where orchestrator_run_id = %s and status = 'running'",
        (orchestrator_run_id,),
    ).fetchone()
    return row[0] if row else None


def _as_of(conn: psycopg.Connection, asked: date | None) -> date | None:
    row = conn.execute("select max(as_of) from ops.run where status = 'published'").fetchone()
    published: date | None = row[0] if row else None
    if asked is None:
        days = [day for day in (newest_closed_day_of(conn), published) if day is not None]
        return max(days, default=None)
    if published is not None and asked < published:
        raise Fatal(f"{published} is published already; {asked} would go back in time")
    return asked
