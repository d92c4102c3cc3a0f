"""Lines that could not be loaded: kept with their place, reason and bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from warehouse.errors import database_errors_without_values


@dataclass(frozen=True, slots=True)
class QuarantinedLine:
    """One line as it is written to `ops.quarantine`."""

    line_number: int
    byte_offset: int
    reason_code: str
    field: str | None
    hint: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Open lines of one load with the same reason and field."""

    load_id: int
    source: str
    kind: str
    path: str
    reason_code: str
    field: str | None
    hint: str
    lines: int
    first_line: int
    first_byte_offset: int


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open line with where it came from."""

    quarantine_id: int
    load_id: int
    source: str
    kind: str
    path: str
    landing_day: date
    line_number: int
    byte_offset: int
    reason_code: str
    field: str | None
    hint: str
    raw: bytes


def quarantine_lines(
    conn: psycopg.Connection, load_id: int, file_hash: bytes, lines: Iterable[QuarantinedLine]
) -> None:
    """Appends the lines to the load's quarantine."""
    statement = """
        copy ops.quarantine (
            load_id, file_hash, line_number, byte_offset, reason_code, field, hint, raw
        ) from stdin (format binary)
    """
    types = ["int8", "bytea", "int8", "int8", "text", "text", "text", "bytea"]
    with (
        database_errors_without_values(),
        conn.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        copy.set_types(types)
        for line in lines:
            copy.write_row(
                (load_id, file_hash, line.line_number, line.byte_offset, line.reason_code,
                 line.field, line.hint, line.raw)
            )  # fmt: skip


def open_groups(conn: psycopg.Connection) -> list[QuarantineGroup]:
    """What is open, grouped by load, reason and field; the oldest load first."""
    with database_errors_without_values(), conn.cursor(row_factory=class_row(QuarantineGroup)) as c:
        return c.execute("""
            select q.load_id, l.source, l.kind, l.path, q.reason_code, q.field, min(q.hint) as hint,
                count(*) as lines, min(q.line_number) as first_line,
                (array_agg(q.byte_offset order by q.line_number, q.quarantine_id))[1]
                    as first_byte_offset
            from ops.quarantine as q
            inner join ops.load as l using (load_id)
            where q.status = 'open'
            group by q.load_id, l.source, l.kind, l.path, q.reason_code, q.field
            order by q.load_id, q.reason_code, q.field
        """).fetchall()


def open_lines(
    conn: psycopg.Connection, load_id: int, *, reason_code: str | None = None
) -> list[OpenLine]:
    """The open lines of a load, in the file's order, locked until the transaction ends."""
    with database_errors_without_values(), conn.cursor(row_factory=class_row(OpenLine)) as cursor:
        return cursor.execute(
            """
            select q.quarantine_id, q.load_id, l.source, l.kind, l.path, l.landing_day,
                q.line_number, q.byte_offset, q.reason_code, q.field, q.hint, q.raw
            from ops.quarantine as q
            inner join ops.load as l using (load_id)
            where q.load_id = %(load_id)s and q.status = 'open'
                and (%(reason_code)s::text is null or q.reason_code = %(reason_code)s)
            order by q.line_number, q.quarantine_id
            for update of q
            """,
            {"load_id": load_id, "reason_code": reason_code},
        ).fetchall()


def close_lines(
    conn: psycopg.Connection,
    quarantine_ids: Iterable[int],
    status: str,
    *,
    because: str,
    replay_load_id: int | None = None,
) -> int:
    """Marks open lines `replayed` or `discarded`; gives how many were still open."""
    with database_errors_without_values():
        return conn.execute(
            """
            update ops.quarantine
            set status = %s, status_reason = %s, status_load_id = %s, status_at = clock_timestamp()
            where quarantine_id = any(%s) and status = 'open'
            """,
            (status, because, replay_load_id, list(quarantine_ids)),
        ).rowcount
