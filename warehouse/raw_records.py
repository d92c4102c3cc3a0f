"""Records into `raw.record` and the log of observations, once each, by COPY.

Everything happens on the caller's transaction. A record whose key is there already is left alone,
so loading the same bytes again changes nothing.

Rows are copied as they come, in no common order, so two loaders that bring the same new records at
the same time may deadlock. Every load therefore shares `lock_kind`; the one that lost goes again
alone, holding it exclusively.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import errors, sql

from warehouse.binary_copy import HEADER, TRAILER, array_in_binary, payload, rows_in_binary
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

_BAD_DATA = (errors.DataError, errors.StatementTooComplex, errors.ProgramLimitExceeded)
_RECORD_ID_BITS = 32


class LostRaceError(Exception):
    """Another loader committed one of the rows between the look-up and the COPY: look again."""


class DeadlockError(Retryable):
    """Another load brings the same records at the same time; go again with the kind for itself."""


@dataclass(frozen=True)
class RecordOrigin:
    """Where rows come from."""

    source: str
    kind: str
    path: str
    load_id: int
    arrival_day: date


class _BinaryArray(bytes):
    """An array parameter that is in binary format already; the statement's cast names its type."""

    __slots__ = ()


class _BinaryArrayDumper(psycopg.adapt.Dumper):
    format = psycopg.pq.Format.BINARY

    def dump(self, obj: _BinaryArray) -> bytes:
        """The bytes as they are."""
        return obj


def prepare_session(conn: psycopg.Connection) -> None:
    """Makes what loading needs on the connection, once."""
    conn.adapters.register_dumper(_BinaryArray, _BinaryArrayDumper)
    with database_errors_without_values(), conn.transaction():
        conn.execute(_CREATE_WINDOW)


def lock_kind(conn: psycopg.Connection, source: str, kind: str, *, is_alone: bool) -> None:
    """Lets other loads of the kind run beside this transaction, or none."""
    lock_transaction(conn, f"ingest-rows:{source}:{kind}", is_shared=not is_alone)


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
        LostRaceError: a row is there by now.
        DeadlockError: the transaction is lost; its retry has to hold `lock_kind` alone.
        Retryable, Fatal: see `warehouse.errors`.
    """
    numbers = np.arange(first_number, first_number + rows.num_rows, dtype=np.int64)
    ids = pa.array((origin.load_id << _RECORD_ID_BITS) + numbers)
    records = _with_constants(rows, origin).add_column(0, "record_id", ids)
    try:
        with conn.transaction(), conn.cursor() as cursor:
            _copy(cursor, sql.SQL("raw.record"), records)
            _copy(cursor, sql.SQL("identity.observation"), _observations(records, origin))
    except errors.UniqueViolation:
        raise LostRaceError from None
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
        name: _BinaryArray(array_in_binary(kind, rows[column].combine_chunks()))
        for name, (kind, column) in columns.items()
    }


def _copy(cursor: psycopg.Cursor, table: sql.Composable, rows: pa.Table) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(table, columns)
    with cursor.copy(statement) as copy:
        copy.write(HEADER)
        copy.write(payload(rows_in_binary(rows)))
        copy.write(TRAILER)


def _with_constants(rows: pa.Table, origin: RecordOrigin) -> pa.Table:
    for name, value in (("source", origin.source), ("kind", origin.kind)):
        rows = rows.append_column(name, pa.repeat(pa.scalar(value), rows.num_rows))
    return rows.append_column("_load_id", pa.repeat(pa.scalar(origin.load_id), rows.num_rows))


def _observations(records: pa.Table, origin: RecordOrigin) -> pa.Table:
    """What identity keeps of the records that show somebody, also when they expire here."""
    seen = records.filter(records["identifier_set_id"].is_valid())
    day = pa.repeat(pa.scalar(origin.arrival_day, pa.date32()), seen.num_rows)
    columns = ("event_at", "event_day", "source", "kind", "observation_kind", "identifier_set_id")
    return (
        seen.select(["record_id", *columns, "_load_id"])
        .rename_columns(["observation_id", *columns, "_load_id"])
        .append_column("arrival_day", day)
    )
