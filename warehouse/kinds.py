"""Kinds of records as the database knows them: how often they come, which fields are new."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_publish"


# Rows without a key to count are told by an operator: expanding the keys of each costs seven times
# as much (measured: 1.5 against 10.5 us a row).
_HAS_MORE = sql.SQL("""
    case when jsonb_typeof(body #> {path}) = 'object'
        then (body #> {path}) - {left_out}::text[] <> '{{}}' end
""")
_REST = sql.SQL("""
    ({index}, case when jsonb_typeof(body #> {path}) = 'object'
        then (body #> {path}) - {left_out}::text[] end)
""")
_COUNT_KEYS = sql.SQL("""
    select r.load_id, p.parent, k.key, count(*) as rows
    from (
        select _load_id as load_id, body from raw.record
        where _load_id = any(%(load_ids)s)
            and (%(at_most)s::bigint is null or record_id %% greatest(1, (
                select sum(l.loaded) / %(at_most)s from ops.load as l
                where l.load_id = any(%(load_ids)s)
            )::bigint) = 0)
            and ({has_more})
    ) as r
    cross join lateral (values {rest}) as p (parent, rest)
    cross join lateral jsonb_object_keys(p.rest) as k (key)
    group by r.load_id, p.parent, k.key
""")


class LateKind(NamedTuple):
    """A kind that is silent for longer than its cadence allows."""

    source: str
    kind: str
    cadence: str
    newest_day: date
    days_silent: int


class UnknownField(NamedTuple):
    """A field that the kind's contract does not name, and how many rows have it."""

    source: str
    kind: str
    field: str
    first_load_id: int
    last_load_id: int
    first_day: date
    rows: int


class KeyCount(NamedTuple):
    """In how many rows of a load an object has a key; `parent` is the object's place in a list."""

    load_id: int
    parent: int
    key: str
    rows: int


def register_kind(
    conn: psycopg.Connection, *, source: str, kind: str, contract_version: int, cadence: str
) -> None:
    """Remembers what the contract of a kind says; saying it twice changes nothing."""
    with database_errors_without_values():
        conn.execute(
            """
            insert into ops.kind as k (source, kind, contract_version, cadence)
            values (%s, %s, %s, %s)
            on conflict (source, kind) do update
            set contract_version = excluded.contract_version, cadence = excluded.cadence
            where (k.contract_version, k.cadence)
                is distinct from (excluded.contract_version, excluded.cadence)
            """,
            (source, kind, contract_version, cadence),
        )


def late_kinds(settings: Settings, source: str | None = None) -> list[LateKind]:
    """Kinds that should have come by now, of one source or of all."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(LateKind)) as cursor,
    ):
        return cursor.execute(
            """
            select source, kind, cadence, newest_day, days_silent from ops.late_kind
            where %(source)s::text is null or source = %(source)s
            order by source, kind
            """,
            {"source": source},
        ).fetchall()


def unknown_fields(settings: Settings) -> list[UnknownField]:
    """Fields beyond the contracts, by kind."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(UnknownField)) as cursor,
    ):
        return cursor.execute(
            "select source, kind, field, first_load_id, last_load_id, first_day, rows"
            " from ops.drift order by source, kind, field"
        ).fetchall()


def kinds_of_loads(
    conn: psycopg.Connection, load_ids: Sequence[int]
) -> list[tuple[str, str, list[int]]]:
    """Source, kind and loads with rows, of some loads."""
    return conn.execute(
        """
        select source, kind, array_agg(load_id order by load_id) from ops.load
        where load_id = any(%s) and loaded > 0 group by source, kind order by source, kind
        """,
        (list(load_ids),),
    ).fetchall()


def count_keys(
    conn: psycopg.Connection,
    load_ids: Sequence[int],
    objects: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    at_most: int | None = None,
) -> list[KeyCount]:
    """The keys of objects of the loads' rows: (path, keys to leave out) each; () is the row itself.

    With `at_most` about so many rows of all loads are looked at, evenly spread.
    """
    named = [
        {"index": sql.Literal(i), "path": sql.Literal(list(p)), "left_out": sql.Literal(list(k))}
        for i, (p, k) in enumerate(objects)
    ]
    statement = _COUNT_KEYS.format(
        has_more=sql.SQL(" or ").join(_HAS_MORE.format(**names) for names in named),
        rest=sql.SQL(", ").join(_REST.format(**names) for names in named),
    )
    parameters: dict[str, Any] = {"load_ids": list(load_ids), "at_most": at_most}
    with database_errors_without_values(), conn.cursor(row_factory=class_row(KeyCount)) as cursor:
        return cursor.execute(statement, parameters).fetchall()


def write_unknown_fields(
    conn: psycopg.Connection, load_ids: Sequence[int], found: Iterable[tuple[int, str, int]]
) -> None:
    """Writes load, field and rows anew for these loads."""
    with database_errors_without_values():
        conn.execute("delete from ops.unknown_field where load_id = any(%s)", (list(load_ids),))
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into ops.unknown_field (load_id, field, rows) values (%s, %s, %s)",
                list(found),
            )
