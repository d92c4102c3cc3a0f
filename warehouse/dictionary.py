"""The dictionary: each identifier and each set of identifiers gets one number, for ever.

Both functions write their missing rows in one statement in a fixed order, so loaders that bring the
same identifiers at the same time wait for each other instead of deadlocking. That holds for one
call of each in a transaction, identifiers first. Whoever needs several calls (a file in blocks)
passes a connection in autocommit: then every call commits by itself, holds nothing, and a failed
load leaves at most numbers that nothing points to.
"""

from datetime import date
from typing import LiteralString

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from warehouse.columns import copy_in
from warehouse.errors import database_errors_without_values

_IDENTIFIER_COLUMNS = sql.SQL("position bigint, namespace text, scope text, value text")
_SET_COLUMNS = sql.SQL("position bigint, identifier_ids bigint[], strengths smallint[]")

_INSERT_IDENTIFIERS = """
insert into identity.identifier (namespace, scope, value, arrival_day)
select distinct namespace collate "C", scope collate "C", value collate "C", %s::date
from pg_temp.wanted_identifier as w
where not exists (
    select from identity.identifier as i
    where i.namespace = w.namespace and i.scope = w.scope and i.value = w.value
)
order by 1, 2, 3
on conflict (namespace, scope, value) do nothing
"""
_FIND_IDENTIFIERS = """
select array_agg(i.identifier_id order by w.position)
from pg_temp.wanted_identifier as w
inner join identity.identifier as i using (namespace, scope, value)
"""
_INSERT_SETS = """
insert into identity.identifier_set (identifier_ids, strengths)
select distinct identifier_ids, strengths
from pg_temp.wanted_set as w
where not exists (
    select from identity.identifier_set as s
    where s.identifier_ids = w.identifier_ids and s.strengths = w.strengths
)
order by 1, 2
on conflict (identifier_ids, strengths) do nothing
"""
_FIND_SETS = """
select array_agg(s.identifier_set_id order by w.position)
from pg_temp.wanted_set as w
inner join identity.identifier_set as s using (identifier_ids, strengths)
"""


def register_identifiers(
    conn: psycopg.Connection, identifiers: pa.Table, arrival_day: date
) -> pa.Table:
    """The rows (`namespace, scope, value`: text, no nulls) with their `identifier_id` appended.

    Order and repetitions stay. A new identifier keeps `arrival_day` for ever. The isolation level
    must be read committed, or identifiers that another loader just wrote would stay invisible.
    """
    with conn.transaction(), database_errors_without_values():
        wanted = _stage(conn, "wanted_identifier", _IDENTIFIER_COLUMNS, identifiers)
        conn.execute(_INSERT_IDENTIFIERS, (arrival_day,))
        ids = _numbers(conn, _FIND_IDENTIFIERS)
        _empty(conn, wanted)
    return identifiers.append_column("identifier_id", ids)


def register_sets(conn: psycopg.Connection, sets: pa.Table) -> pa.Table:
    """The rows (`identifier_ids` list<int64> ascending, `strengths` list<int16>) with their number.

    The appended column is `identifier_set_id`; order and repetitions stay.
    """
    with conn.transaction(), database_errors_without_values():
        wanted = _stage(conn, "wanted_set", _SET_COLUMNS, sets)
        conn.execute(_INSERT_SETS)
        ids = _numbers(conn, _FIND_SETS)
        _empty(conn, wanted)
    return sets.append_column("identifier_set_id", ids)


def _stage(conn: psycopg.Connection, name: str, columns: sql.SQL, rows: pa.Table) -> sql.Identifier:
    """Copies the rows, numbered, into a temporary table of the session."""
    table = sql.Identifier("pg_temp", name)
    conn.execute(
        sql.SQL("create temporary table if not exists {} ({}) on commit delete rows").format(
            sql.Identifier(name), columns
        )
    )
    positions = pa.array(np.arange(rows.num_rows))
    copy_in(conn, table, rows.add_column(0, "position", positions))
    # Without statistics the planner takes the table for tiny and loops over the dictionary.
    conn.execute(sql.SQL("analyze {}").format(table))
    return table


def _numbers(conn: psycopg.Connection, query: LiteralString) -> pa.Int64Array:
    """The one array a query gives: one message, where rows would be a message each."""
    with conn.cursor(binary=True) as cursor:
        row = cursor.execute(query).fetchone()
    return pa.array(row[0] if row and row[0] else [], pa.int64())


def _empty(conn: psycopg.Connection, table: sql.Identifier) -> None:
    conn.execute(sql.SQL("truncate {}").format(table))
