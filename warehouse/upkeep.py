"""Upkeep of the warehouse: coming months, retention of raw rows, dead rows and statistics."""

from collections.abc import Iterable, Sequence
from datetime import date

from psycopg import sql

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.errors import database_errors_without_values
from warehouse.stage import hold_stage

ROLE = "c360_ingest"
STAGE = "upkeep"


def ensure_months(settings: Settings, sources: Sequence[str], days: Iterable[date]) -> int:
    """Make the raw partitions of the months of these days; returns how many were asked for."""
    wanted = [(source, day) for day in days for source in sources]
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        for source, day in wanted:
            conn.execute("select raw.ensure_month(%s, %s)", (source, day))
    return len(wanted)


def expire_kind(settings: Settings, source: str, kind: str, before: date) -> int:
    """Remove the raw rows of one kind whose event day is earlier than `before`.

    Each load's `expired` grows by its rows in the same transaction, so that the ledger still
    accounts for every row. Returns the number of rows.
    """
    with (
        hold_stage(settings, STAGE, role=ROLE) as fence,
        database_errors_without_values(),
        connect(settings, ROLE, stage=STAGE) as conn,
    ):
        row = conn.execute(
            """
            with gone as (
                delete from raw.record
                where source = %s and kind = %s and event_day < %s
                returning _load_id
            ),
            by_load as (select _load_id, count(*) as rows from gone group by _load_id),
            counted as (
                update ops.load as l set expired = l.expired + b.rows
                from by_load as b where b._load_id = l.load_id
            )
            select count(*) from gone
            """,
            (source, kind, before),
        ).fetchone()
        fence.check(conn)
    return int(row[0]) if row else 0


def vacuum_tables(settings: Settings) -> int:
    """Vacuum and analyse every table of our schemas that the login may; returns how many."""
    with database_errors_without_values(), connect(settings, LOGIN, autocommit=True) as conn:
        tables = conn.execute(
            """
            select n.nspname, c.relname
            from pg_class as c
            inner join pg_namespace as n on c.relnamespace = n.oid
            where c.relkind = 'r' and pg_has_role(c.relowner, 'usage')
                and n.nspname in ('raw', 'identity', 'ops', 'intermediate', 'build', 'mart')
            order by 1, 2
            """
        ).fetchall()
        for schema, table in tables:
            conn.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(schema, table)))
    return len(tables)
