"""Stage locks with fences: two copies of a stage never both commit.

The lock is an advisory lock in the database, on a connection of its own. That connection can die
while the holder works on, so the lock alone is not enough: every taking gets a growing number, the
fence, and a holder whose fence was overtaken cannot commit any more.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal, Retryable, database_errors_without_values

WAIT_FOR_LOCK_SECONDS = 1800
WAIT_FOR_BACKENDS_SECONDS = 30
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Fence:
    """One taking of a stage lock.

    `counts` is written to `ops.stage_run` at the end, beside wall and CPU seconds; put numbers in,
    never values from the data.
    """

    stage: str
    number: int
    run_id: int | None = None
    counts: dict[str, int | float] = field(default_factory=dict)

    def check(self, conn: psycopg.Connection) -> None:
        """Call it as the last statement of every transaction that commits work of the stage.

        Until that transaction ends, a newer holder waits for it, so what was checked stays true.

        Raises:
            Fatal: somebody else holds the stage now; roll back.
        """
        with database_errors_without_values():
            row = conn.execute("select ops.holds_fence(%s)", (self.number,)).fetchone()
        if row is None or not row[0]:
            raise Fatal(
                f"stage {self.stage!r} was taken over by a newer run (fence {self.number} is old): "
                "nothing was committed; the newer run does the work"
            )


@contextmanager
def hold_stage(
    settings: Settings,
    stage: str,
    *,
    run_id: int | None = None,
    role: str,
    wait_seconds: float = WAIT_FOR_LOCK_SECONDS,
) -> Iterator[Fence]:
    """Holds the stage for the block: waits for its lock, then ends what an older holder left.

    `role` is the role of the stage's work; the lock itself is the login's. Sessions of the stage
    must be opened with `connect(..., stage=stage)`, so that a newer holder finds them by name.

    Raises:
        Retryable: the lock was not free in time, or an older session did not end.
    """
    started, cpu_started = time.monotonic(), _cpu_seconds()
    lock = connect(settings, LOGIN, stage=f"lock:{stage}", autocommit=True)
    fence: Fence | None = None
    status = "failed"
    try:
        _take_lock(lock, stage, wait_seconds)
        fence = _new_fence(lock, stage, run_id, role)
        yield fence
        status = "done"
    finally:
        try:
            if fence is not None:
                fence.counts["wall_seconds"] = round(time.monotonic() - started, 3)
                fence.counts["cpu_seconds"] = round(_cpu_seconds() - cpu_started, 3)
                _record_end(settings, lock, fence, status)
        finally:
            lock.close()


def lock_transaction(conn: psycopg.Connection, *names: str, shared: Sequence[str] = ()) -> None:
    """Locks that end with the current transaction of `conn`, for work of one transaction.

    They need no fence: a lock cannot be lost before the work is. Taken in the order given, those
    that are shared last; shared holders wait for one that is not, and it for them.
    """
    alone = sql.SQL("pg_advisory_xact_lock(hashtextextended(%s, 0))")
    beside = sql.SQL("pg_advisory_xact_lock_shared(hashtextextended(%s, 0))")
    takes = sql.SQL(", ").join([alone] * len(names) + [beside] * len(shared))
    with database_errors_without_values():
        conn.execute(
            sql.SQL("select {}").format(takes), [f"c360:{name}" for name in (*names, *shared)]
        )


def _take_lock(lock: psycopg.Connection, stage: str, wait_seconds: float) -> None:
    milliseconds = str(max(1, round(wait_seconds * 1000)))
    try:
        lock.execute("select set_config('lock_timeout', %s, false)", (milliseconds,))
        lock.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"c360:{stage}",))
        lock.execute("set lock_timeout = 0")
    except psycopg.errors.LockNotAvailable:
        raise Retryable(
            f"stage {stage!r} is held by another run for more than "
            f"{timedelta(seconds=round(wait_seconds))}; `c360 status` shows it"
        ) from None


def _new_fence(lock: psycopg.Connection, stage: str, run_id: int | None, role: str) -> Fence:
    with database_errors_without_values():
        row = lock.execute(
            "insert into ops.stage_run (stage, run_id, counts) values (%s, %s, %s) returning fence",
            (stage, run_id, Jsonb({"role": role, "pid": os.getpid()})),
        ).fetchone()
        fence = Fence(stage, row[0] if row else 0, run_id)
        _end_older_sessions(lock, stage)
        # Waits for an older holder that is just committing: its check locks this row.
        lock.execute(
            """
            update ops.stage_run set status = 'overtaken', finished_at = clock_timestamp()
            where stage = %s and status = 'running' and fence < %s
            """,
            (stage, fence.number),
        )
    return fence


def _end_older_sessions(lock: psycopg.Connection, stage: str) -> None:
    deadline = time.monotonic() + WAIT_FOR_BACKENDS_SECONDS
    while _terminate_sessions(lock, stage):
        if time.monotonic() > deadline:
            raise Retryable(
                f"an older session of stage {stage!r} does not end; look for it in pg_stat_activity"
            )
        time.sleep(POLL_SECONDS)


def _terminate_sessions(lock: psycopg.Connection, stage: str) -> int:
    row = lock.execute(
        """
        select count(pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database() and application_name = %s and pid <> pg_backend_pid()
        """,
        (f"c360:{stage}"[:63],),
    ).fetchone()
    return int(row[0]) if row else 0


def _record_end(settings: Settings, lock: psycopg.Connection, fence: Fence, status: str) -> None:
    with suppress(psycopg.OperationalError):
        _write_end(lock, fence, status)
        return
    # The lock's session is gone; the work may be committed all the same, so say how it ended.
    with connect(settings, LOGIN, stage=f"end:{fence.stage}", autocommit=True) as conn:
        _write_end(conn, fence, status)


def _write_end(conn: psycopg.Connection, fence: Fence, status: str) -> None:
    conn.execute(
        """
        update ops.stage_run
        set status = %s, finished_at = clock_timestamp(), counts = counts || %s
        where fence = %s and status = 'running'
        """,
        (status, Jsonb(fence.counts), fence.number),
    )


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
