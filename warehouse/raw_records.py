"""Records into `raw.record`: staged by COPY, then inserted once each.

Everything happens on the caller's transaction. Rows already there (same key, same content) are left
alone, so loading the same bytes again changes nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import errors, sql

from warehouse.errors import database_errors_without_values, without_values

STAGED_COLUMNS = (
    "line_number",
    "source_key",
    "event_at",
    "received_at",
    "occurred_at",
    "event_day",
    "event_name",
    "account_id",
    "observation_kind",
    "identifier_set_id",
    "body",
)
"""Column order of a staged row in COPY's text format."""

_CREATE_STAGING = """
create temporary table staged_record (
    line_number bigint not null,
    source_key text not null,
    event_at timestamptz not null,
    received_at timestamptz,
    occurred_at timestamptz not null,
    event_day date not null,
    event_name text,
    account_id text,
    observation_kind text not null,
    identifier_set_id bigint,
    body jsonb not null
) on commit delete rows
"""

_COPY = sql.SQL("copy pg_temp.staged_record ({}) from stdin").format(
    sql.SQL(", ").join(map(sql.Identifier, STAGED_COLUMNS))
)

# The order of the unique key keeps two loaders with common rows from deadlocking. The smallest
# line of equal ones wins, so the result does not depend on the plan.
_INSERT = sql.SQL("""
insert into raw.record (
    source, kind, source_key, content_hash, event_at, event_day, received_at, occurred_at,
    event_name, account_id, observation_kind, identifier_set_id, body, _load_id, _line_number
)
select
    %(source)s, %(kind)s, source_key, content_hash, event_at, event_day, received_at, occurred_at,
    event_name, account_id, observation_kind, identifier_set_id, body, %(load_id)s, line_number
from (select *, {content_hash} as content_hash from pg_temp.staged_record) as staged
order by event_day, source_key, content_hash, line_number
on conflict do nothing
""")

_DELETE_MISSING = sql.SQL("""
with gone as (
    delete from raw.record as r
    using ops.load as older
    where older.source = %(source)s and older.kind = %(kind)s and older.path = %(path)s
        and older.load_id < %(load_id)s
        and r._load_id = older.load_id and r.source = %(source)s and r.kind = %(kind)s
        and not exists (
            select from (select *, {content_hash} as content_hash from pg_temp.staged_record) as s
            where s.event_day = r.event_day and s.source_key = r.source_key
                and s.content_hash = r.content_hash
        )
    returning r._load_id
)
update ops.load
set superseded = superseded + lost.rows
from (select _load_id, count(*) as rows from gone group by _load_id) as lost
where load_id = lost._load_id
""")

_BAD_DATA = (errors.DataError, errors.StatementTooComplex, errors.ProgramLimitExceeded)


@dataclass(frozen=True)
class RecordOrigin:
    """Where staged rows come from, and which of their fields are left out of the content hash."""

    source: str
    kind: str
    path: str
    load_id: int
    transport_fields: Sequence[Sequence[str]]


def prepare_staging(conn: psycopg.Connection) -> None:
    """Makes the session's staging table, once; its rows live until a transaction ends."""
    with database_errors_without_values(), conn.transaction():
        conn.execute(_CREATE_STAGING)


def stage_rows(conn: psycopg.Connection, chunks: Iterable[memoryview | bytes]) -> int | None:
    """Appends rows in COPY's text format: all of them, or none when the server refuses one.

    Gives the index (from 0) of the refused row, or None when all were taken.
    """
    try:
        with conn.transaction(), conn.cursor() as cursor, cursor.copy(_COPY) as copy:
            for chunk in chunks:
                copy.write(chunk)
    except _BAD_DATA as error:
        place = re.search(r"COPY \w+, line (\d+)", error.diag.context or "")
        return int(place.group(1)) - 1 if place else 0
    except psycopg.Error as error:
        raise without_values(error) from None
    return None


def insert_staged(conn: psycopg.Connection, origin: RecordOrigin) -> int:
    """Inserts the staged rows that are not there yet and gives their number."""
    statement, parameters = _with_content_hash(_INSERT, origin)
    with database_errors_without_values():
        return conn.execute(statement, parameters).rowcount


def delete_superseded(conn: psycopg.Connection, origin: RecordOrigin) -> None:
    """Removes what older generations of the file held and the staged rows no longer do.

    Each removal is counted as `superseded` in the ledger row it is taken from.
    """
    statement, parameters = _with_content_hash(_DELETE_MISSING, origin)
    with database_errors_without_values():
        conn.execute(statement, parameters)


def ensure_months(conn: psycopg.Connection, source: str, months: Iterable[date]) -> None:
    """Makes the partitions of these months; `conn` is in autocommit, so the lock is short."""
    with database_errors_without_values():
        for month in sorted(months):
            conn.execute("select raw.ensure_month(%s, %s)", (source, month))


def _with_content_hash(
    statement: sql.SQL, origin: RecordOrigin
) -> tuple[sql.Composed, dict[str, object]]:
    parameters: dict[str, object] = {
        "source": origin.source,
        "kind": origin.kind,
        "path": origin.path,
        "load_id": origin.load_id,
    }
    content: sql.Composable = sql.SQL("body")
    for index, path in enumerate(origin.transport_fields):
        name = f"transport_{index}"
        parameters[name] = list(path)
        content = sql.SQL("{} #- {}::text[]").format(content, sql.Placeholder(name))
    # jsonb writes its keys in one order and numbers in one form: equal content, equal text.
    content_hash = sql.SQL(
        "encode(substr(sha256(convert_to(({})::text, 'UTF8')), 1, 16), 'hex')::uuid"
    ).format(content)
    return statement.format(content_hash=content_hash), parameters
