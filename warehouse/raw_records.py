"""Records into `raw.record` and the log of observations, once each, by COPY.

Everything happens on the caller's transaction. A record whose key is there already is left alone,
so loading the same bytes again changes nothing.

Rows are copied as they come, in no common order, so two loaders that bring the same new records at
the same time may deadlock. Every load therefore shares the lock of its kind (`lock_load`); the one
that lost goes again alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import errors, sql

from warehouse.binary_copy import (
    HEADER,
    TRAILER,
    BinaryArray,
    fields_in_binary,
    payload,
    rows_before,
)
from warehouse.errors import Retryable, database_errors_without_values, without_values
from warehouse.stage import lock_transaction

_CREATE_WINDOW = """
create temporary table window_key (
    event_day date not null, source_key text not null, content_hash uuid not null
) on commit delete rows
"""

_KEYS = "unnest(%(days)s::date[], %(keys)s::text[], %(hashes)s::uuid[])"

# The limit keeps the planner at one look-up by index for each key, however large the table is.
_KNOWN = sql.SQL("""
select (k.place - 1)::integer
from {keys} with ordinality as k (event_day, source_key, content_hash, place)
where (
    select true
    from raw.record as r
    where r.source = %(source)s and r.kind = %(kind)s
        and r.event_day between %(first_day)s and %(last_day)s
        and r.event_day = k.event_day and r.source_key = k.source_key
        and r.content_hash = k.content_hash
    limit 1
)
""").format(keys=sql.SQL(_KEYS))

_KEEP_WINDOW = sql.SQL("insert into pg_temp.window_key select * from {}").format(sql.SQL(_KEYS))

_DELETE_MISSING = """
with gone as (
    delete from raw.record as r
    using ops.load as older
    where older.source = %(source)s and older.kind = %(kind)s and older.path = %(path)s
        and older.load_id < %(load_id)s
        and r._load_id = older.load_id and r.source = %(source)s and r.kind = %(kind)s
        and not exists (
            select from pg_temp.window_key as w
            where w.event_day = r.event_day and w.source_key = r.source_key
                and w.content_hash = r.content_hash
        )
    returning r._load_id
)
update ops.load
set superseded = superseded + lost.rows
from (select _load_id, count(*) as rows from gone group by _load_id) as lost
where load_id = lost._load_id
"""

_RECORD = sql.SQL("raw.record")
_OBSERVATION = sql.SQL("identity.observation")
_COLUMNS = b"columns"
"""Of rows as fields: the names of the record's columns, in their order."""

# What identity keeps of the records that show somebody, also when they expire here.
_SEEN_COLUMNS = ["event_at", "event_day", "source", "kind", "observation_kind", "identifier_set_id"]
_OBSERVATION_COLUMNS = ["observation_id", "_load_id", *_SEEN_COLUMNS, "arrival_day"]

_BAD_DATA = (errors.DataError, errors.StatementTooComplex, errors.ProgramLimitExceeded)
_RECORD_ID_BITS = 32


class KnownRowError(Exception):
    """One of the rows is there already: look up which are not."""


class DeadlockError(Retryable):
    """Another load brings the same records at the same time; go again with the kind for itself."""


@dataclass(frozen=True)
class RecordOrigin:
    """Where rows come from."""

    source: str
    kind: str
    path: str
    load_id: int


def prepare_session(conn: psycopg.Connection) -> None:
    """Makes what loading needs on the connection, once."""
    with database_errors_without_values(), conn.transaction():
        conn.execute(_CREATE_WINDOW)


def lock_load(
    conn: psycopg.Connection, source: str, kind: str, path: str, *, is_alone: bool
) -> None:
    """Keeps other loads of the file out; lets those of its kind run beside, or none."""
    file, rows = f"ingest:{source}:{kind}:{path}", f"ingest-rows:{source}:{kind}"
    if is_alone:
        lock_transaction(conn, file, rows)
    else:
        lock_transaction(conn, file, shared=(rows,))


def as_fields(rows: pa.Table, source: str, kind: str, arrival_day: date) -> pa.Table:
    """Records as `copy_rows` takes them: their keys, and everything else as bytes for COPY.

    Many files' records together, because putting bytes together costs the same for one and for a
    thousand. `rows` has `k`, which stays, and columns of `raw.record`.
    """
    records = _with_constants(rows.drop_columns(["k"]), {"source": source, "kind": kind})
    seen = _with_constants(records.select(_SEEN_COLUMNS), {"arrival_day": arrival_day})
    kept = rows.select(["k", "event_day", "source_key", "content_hash"])
    is_seen = records["identifier_set_id"].is_valid()
    kept = kept.append_column("is_seen", is_seen)
    kept = kept.append_column("record", fields_in_binary(records))
    kept = kept.append_column("observation", fields_in_binary(seen))
    return kept.replace_schema_metadata({_COLUMNS: ",".join(records.column_names)})


def known_rows(
    conn: psycopg.Connection, origin: RecordOrigin, rows: pa.Table
) -> npt.NDArray[np.int32]:
    """Places (from 0) of the rows whose key is in `raw.record` already."""
    days = pc.min_max(rows["event_day"]).as_py()
    parameters = {
        **_keys(rows),
        "source": origin.source,
        "kind": origin.kind,
        "first_day": days["min"],
        "last_day": days["max"],
    }
    with database_errors_without_values(), conn.cursor(binary=True) as cursor:
        found = cursor.execute(_KNOWN, parameters).fetchall()
    return np.array([place for (place,) in found], np.int32)


def copy_rows(
    conn: psycopg.Connection, origin: RecordOrigin, rows: pa.Table, first_number: int
) -> int | None:
    """Appends records and their observations: all of them, or none when the server refuses one.

    `first_number` counts the load's rows from 1 and makes `record_id`, so that the same load gives
    the same ids. Gives the place (from 0) of the refused row, or None when all were taken.

    Raises:
        KnownRowError: a row is there already; none was taken.
        DeadlockError: the transaction is lost; its retry has to hold the kind's lock alone.
        Retryable, Fatal: see `warehouse.errors`.
    """
    numbers = np.arange(first_number, first_number + rows.num_rows, dtype=np.int64)
    head = pa.table(
        {
            "record_id": (origin.load_id << _RECORD_ID_BITS) + numbers,
            "_load_id": np.full(rows.num_rows, origin.load_id),
        }
    )
    columns = (rows.schema.metadata or {})[_COLUMNS].decode().split(",")
    is_seen = rows["is_seen"]
    try:
        with conn.transaction(), conn.cursor() as cursor:
            _copy(cursor, _RECORD, [*head.column_names, *columns], head, rows["record"])
            if rows.num_rows > pc.sum(is_seen, min_count=0).as_py():
                head, rows = head.filter(is_seen), rows.filter(is_seen)
            _copy(cursor, _OBSERVATION, _OBSERVATION_COLUMNS, head, rows["observation"])
    except errors.UniqueViolation:
        raise KnownRowError from None
    except errors.DeadlockDetected:
        raise DeadlockError("two loads brought the same records at the same time") from None
    except _BAD_DATA as error:
        place = re.search(r"COPY \w+, line (\d+)", error.diag.context or "")
        return int(place.group(1)) - 1 if place else 0
    except psycopg.Error as error:
        raise without_values(error) from None
    return None


def keep_window(conn: psycopg.Connection, rows: pa.Table) -> None:
    """Remembers the keys of a file that replaces older ones, for `delete_superseded`."""
    with database_errors_without_values():
        conn.execute(_KEEP_WINDOW, _keys(rows))


def delete_superseded(conn: psycopg.Connection, origin: RecordOrigin) -> None:
    """Removes what older generations of the file held and the kept keys no longer do.

    Each removal is counted as `superseded` in the ledger row it is taken from.
    """
    parameters = {
        "source": origin.source,
        "kind": origin.kind,
        "path": origin.path,
        "load_id": origin.load_id,
    }
    with database_errors_without_values():
        conn.execute(_DELETE_MISSING, parameters)


def ensure_months(conn: psycopg.Connection, source: str, months: Iterable[date]) -> None:
    """Makes the partitions of these months; `conn` is in autocommit, so the lock is short."""
    with database_errors_without_values():
        for month in sorted(months):
            conn.execute("select raw.ensure_month(%s, %s)", (source, month))


def _keys(rows: pa.Table) -> dict[str, object]:
    columns = {"days": ("date", "event_day"), "keys": ("text", "source_key")}
    columns["hashes"] = ("uuid", "content_hash")
    return {
        name: BinaryArray.of(kind, rows[column].combine_chunks())
        for name, (kind, column) in columns.items()
    }


def _copy(
    cursor: psycopg.Cursor,
    table: sql.Composable,
    columns: Sequence[str],
    head: pa.Table,
    fields: pa.ChunkedArray,
) -> None:
    if not head.num_rows:
        return
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(table, names)
    rows = rows_before(head, fields.combine_chunks(), len(columns) - head.num_columns)
    with cursor.copy(statement) as copy:
        copy.write(HEADER)
        copy.write(payload(rows))
        copy.write(TRAILER)


def _with_constants(rows: pa.Table, constants: dict[str, str | date]) -> pa.Table:
    for name, value in constants.items():
        rows = rows.append_column(name, pa.repeat(pa.scalar(value), rows.num_rows))
    return rows
