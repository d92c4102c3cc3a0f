"""Closed days: days whose input is complete. The newest of them is the as_of of a run.

A day is closed when every enabled source has delivered a file or an empty-day manifest for it, when
a backfill closes its window, or when a person says so. A closed day is never opened again: what
comes late is simply part of the next run.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import psycopg

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal, database_errors_without_values

ROLE = "c360_ingest"
STAGE = "days"

STEADY_DAYS, STEADY_ROWS = 14, 10
"""A daily kind that came with so many rows on each of so many days before is waited for."""

# A day is complete when every source delivered it, and no steady daily kind is still to come.
_CLOSE = """
with delivered as (
    select source, landing_day as day from ops.load
    union
    select source, day from ops.empty_day
)
insert into ops.closed_day (day, because)
select day, 'sources' from delivered
where source = any (%(sources)s)
group by day
having count(*) = %(source_count)s
    and not exists (
        select from ops.kind as k
        where k.cadence = 'daily' and k.source = any (%(sources)s)
            and not exists (
                select from ops.load as l
                where l.source = k.source and l.kind = k.kind
                    and l.landing_day = delivered.day
            )
            and not exists (
                select from ops.empty_day as e
                where e.source = k.source and e.day = delivered.day
            )
            and (
                select count(*) from (
                    select from ops.load as l
                    where l.source = k.source and l.kind = k.kind
                        and l.landing_day between delivered.day - %(steady_days)s
                        and delivered.day - 1
                    group by l.landing_day
                    having sum(l.rows_in) >= %(steady_rows)s
                ) as steady_day
            ) = %(steady_days)s
    )
on conflict (day) do nothing
returning day
"""


def close_days(settings: Settings, enabled_sources: Sequence[str]) -> list[date]:
    """Closes every day that all enabled sources have delivered; returns the newly closed ones.

    A source that is not enabled never keeps a day open. A kind that its contract calls daily, and
    that came with ten rows or more on each of the fourteen days before, keeps the day open until it
    is there too; of smaller kinds a day without any is nothing odd.
    """
    if not enabled_sources:
        raise Fatal("no source is enabled in config/sources.yml, so no day can ever be complete")
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        rows = conn.execute(
            _CLOSE,
            {
                "sources": list(enabled_sources),
                "source_count": len(set(enabled_sources)),
                "steady_days": STEADY_DAYS,
                "steady_rows": STEADY_ROWS,
            },
        ).fetchall()
    return sorted(day for (day,) in rows)


def close_window(
    settings: Settings, first_day: date, last_day: date, because: Literal["backfill", "command"]
) -> list[date]:
    """Closes all days from first to last, whatever was delivered; returns the newly closed ones."""
    if last_day < first_day:
        raise Fatal(f"the window ends on {last_day}, before it begins on {first_day}")
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        rows = conn.execute(
            """
            insert into ops.closed_day (day, because)
            select day::date, %s
            from generate_series(%s::timestamp, %s::timestamp, interval '1 day') as day
            on conflict (day) do nothing
            returning day
            """,
            (because, first_day, last_day),
        ).fetchall()
    return sorted(day for (day,) in rows)


def record_empty_day(conn: psycopg.Connection, source: str, day: date, manifest_path: str) -> None:
    """Remembers that a source said it has nothing for a day; saying it twice changes nothing."""
    with database_errors_without_values():
        conn.execute(
            """
            insert into ops.empty_day (source, day, manifest_path) values (%s, %s, %s)
            on conflict (source, day) do nothing
            """,
            (source, day, manifest_path),
        )


def newest_closed_day(settings: Settings) -> date | None:
    """The newest closed day; None when no day is closed yet."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        return newest_closed_day_of(conn)


def newest_closed_day_of(conn: psycopg.Connection) -> date | None:
    """The same on an open connection."""
    row = conn.execute("select max(day) from ops.closed_day").fetchone()
    return row[0] if row else None
