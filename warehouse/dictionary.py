"""The dictionary: each identifier and each set of identifiers gets one number, for ever.

Both functions look their rows up and write the missing ones in one statement in a fixed order, so
loaders that bring the same identifiers at the same time wait for each other instead of deadlocking.
That holds for one call of each in a transaction, identifiers first. Whoever needs several calls (a
file in blocks) passes a connection in autocommit: then every statement commits by itself, holds
nothing, and a failed load leaves at most numbers that nothing points to.
"""

from collections.abc import Mapping
from datetime import date
from typing import LiteralString

import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.binary_copy import BinaryArray
from warehouse.columns import array_texts
from warehouse.errors import database_errors_without_values

# The limit keeps the planner at one look-up by index for each row, however large the table is.
_FIND_IDENTIFIERS = """
select array_agg((
    select i.identifier_id from identity.identifier as i
    where i.namespace = w.namespace and i.scope = w.scope and i.value = w.value
    limit 1
) order by w.place)
from unnest(%(namespace)s::text[], %(scope)s::text[], %(value)s::text[])
    with ordinality as w (namespace, scope, value, place)
"""
_INSERT_IDENTIFIERS = """
insert into identity.identifier (namespace, scope, value, arrival_day)
select distinct namespace collate "C", scope collate "C", value collate "C", %(arrival_day)s::date
from unnest(%(namespace)s::text[], %(scope)s::text[], %(value)s::text[])
    as w (namespace, scope, value)
order by 1, 2, 3
on conflict (namespace, scope, value) do nothing
"""
_FIND_SETS = """
select array_agg((
    select s.identifier_set_id from identity.identifier_set as s
    where s.identifier_ids = w.identifier_ids::bigint[] and s.strengths = w.strengths::smallint[]
    limit 1
) order by w.place)
from unnest(%(identifier_ids)s::text[], %(strengths)s::text[])
    with ordinality as w (identifier_ids, strengths, place)
"""
_INSERT_SETS = """
insert into identity.identifier_set (identifier_ids, strengths)
select distinct identifier_ids::bigint[], strengths::smallint[]
from unnest(%(identifier_ids)s::text[], %(strengths)s::text[]) as w (identifier_ids, strengths)
order by 1, 2
on conflict (identifier_ids, strengths) do nothing
"""


def register_identifiers(
    conn: psycopg.Connection, identifiers: pa.Table, arrival_day: date
) -> pa.Table:
    """The rows (`namespace, scope, value`: text, no nulls) with their `identifier_id` appended.

    Order and repetitions stay. A new identifier keeps `arrival_day` for ever. The isolation level
    must be read committed, or identifiers that another loader just wrote would stay invisible.
    """
    names = identifiers.select(["namespace", "scope", "value"])
    ids = _registered(
        conn, _FIND_IDENTIFIERS, _INSERT_IDENTIFIERS, names, {"arrival_day": arrival_day}
    )
    return identifiers.append_column("identifier_id", ids)


def register_sets(conn: psycopg.Connection, sets: pa.Table) -> pa.Table:
    """The rows (`identifier_ids` list<int64> ascending, `strengths` list<int16>) with their number.

    The appended column is `identifier_set_id`; order and repetitions stay.
    """
    names = ["identifier_ids", "strengths"]
    texts = pa.table({name: array_texts(sets[name]) for name in names})
    ids = _registered(conn, _FIND_SETS, _INSERT_SETS, texts, {})
    return sets.append_column("identifier_set_id", ids)


def _registered(
    conn: psycopg.Connection,
    find: LiteralString,
    insert: LiteralString,
    rows: pa.Table,
    parameters: Mapping[str, object],
) -> pa.Int64Array:
    """The numbers of the rows, those that had none included."""
    with database_errors_without_values():
        ids = _found(conn, find, rows)
        if not ids.null_count:
            return ids
        missing = rows.filter(ids.is_null())
        conn.execute(insert, {**_arrays(missing), **parameters})
        new = _found(conn, find, missing)
    return pc.replace_with_mask(ids, ids.is_null(), new)


def _found(conn: psycopg.Connection, find: LiteralString, rows: pa.Table) -> pa.Int64Array:
    """The one array a query gives: one message, where rows would be a message each."""
    with conn.cursor(binary=True) as cursor:
        row = cursor.execute(find, _arrays(rows)).fetchone()
    return pa.array(row[0] if row and row[0] else [], pa.int64())


def _arrays(rows: pa.Table) -> dict[str, BinaryArray]:
    return {name: BinaryArray.of("text", rows[name].combine_chunks()) for name in rows.column_names}
