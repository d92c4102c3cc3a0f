"""The dictionary: each identifier and each set of identifiers gets one number, for ever.

Both functions write their missing rows in one statement in a fixed order, so loaders that bring the
same identifiers at the same time wait for each other instead of deadlocking. That holds for one
call of each in a transaction, identifiers first. Whoever needs several calls (a file in blocks)
passes a connection in autocommit: then every call commits by itself, holds nothing, and a failed
load leaves at most numbers that nothing points to.
"""

from datetime import date

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from warehouse.columns import copy_in, copy_out
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
_FIND_IDENTIFIERS = sql.SQL("""
select i.identifier_id
from pg_temp.wanted_identifier as w
inner join identity.identifier as i using (namespace, scope, value)
order by w.position
""")
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
_FIND_SETS = sql.SQL("""
select s.identifier_set_id
from pg_temp.wanted_set as w
inner join identity.identifier_set as s using (identifier_ids, strengths)
order by w.position
""")


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
        ids = copy_out(conn, _FIND_IDENTIFIERS, pa.schema([("identifier_id", pa.int64())]))
        _empty(conn, wanted)
    return identifiers.append_column("identifier_id", ids.column(0))


def register_sets(conn: psycopg.Connection, sets: pa.Table) -> pa.Table:
    """The rows (`identifier_ids` list<int64> ascending, `strengths` list<int16>) with their number.

    The appended column is `identifier_set_id`; order and repetitions stay.
    """
    with conn.transaction(), database_errors_without_values():
        wanted = _stage(conn, "wanted_set", _SET_COLUMNS, sets)
        conn.execute(_INSERT_SETS)
        ids = copy_out(conn, _FIND_SETS, pa.schema([("identifier_set_id", pa.int64())]))
        _empty(conn, wanted)
    return sets.append_column("identifier_set_id", ids.column(0))


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


def _empty(conn: psycopg.Connection, table: sql.Identifier) -> None:
    conn.execute(sql.SQL("truncate {}").format(table))
