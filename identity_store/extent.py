"""How far the part of a run reaches: whom it covers, and whose components it resolves again.

Covered are the identifiers that the news touch and those affected, which are the whole components
of whom the news stir. The temporary tables of both are made here, and read by `part`.
"""

import numpy as np
import pyarrow as pa

from identity_resolution.graph import Integers
from warehouse.columns import copy_in
from warehouse.connection import Connection

_CREATE = (
    # A rebuild joins and sorts millions of rows; the server's own bound is for many small queries.
    "set local work_mem = '256MB'",
    "create temporary table touched (identifier_id bigint) on commit drop",
    "create temporary table affected (identifier_id bigint primary key) on commit drop",
    "create temporary table covered (identifier_id bigint primary key) on commit drop",
    "create temporary table involved (identifier_id bigint primary key) on commit drop",
    "create temporary table asked (identifier_id bigint primary key) on commit drop",
)

_COVER = "insert into pg_temp.covered select identifier_id from pg_temp.touched"
_UNSETTLED = """
select i.identifier_id
from pg_temp.covered as c
inner join identity.identifier as i on c.identifier_id = i.identifier_id
where i.is_contested or i.component_id is null
"""
# An identifier's own row makes it affected even before it has a component.
_WIDEN = """
insert into pg_temp.affected
select identifier_id from pg_temp.touched
union
select i.identifier_id
from identity.identifier as i
where i.component_id in (
    select t.component_id
    from identity.identifier as t
    where t.identifier_id in (select identifier_id from pg_temp.touched)
)
on conflict do nothing
"""
# Nothing is copied when everything is affected, and two can work on one query.
_WIDEN_TO_ALL = """
drop table pg_temp.affected, pg_temp.covered, pg_temp.involved;
create temporary view affected as select identifier_id from identity.identifier;
create temporary view covered as select identifier_id from identity.identifier;
create temporary view involved as select identifier_id from identity.identifier;
"""


def prepare(conn: Connection) -> None:
    """Make the temporary tables of a run."""
    for statement in _CREATE:
        conn.execute(statement)


def cover(conn: Connection, touched: Integers) -> None:
    """Let the part hold these identifiers and all their links."""
    _note_touched(conn, touched)
    conn.execute(_COVER)
    conn.execute("analyze pg_temp.covered")


def widen_to_unsettled(conn: Connection, told: Integers) -> None:
    """Widen to whom the news stir for certain, so that most parts are read once.

    Those are the identifiers told of something new, and the covered whose answer may change by
    being seen again.
    """
    rows = conn.execute(_UNSETTLED)
    unsettled = np.fromiter((row[0] for row in rows), dtype=np.int64)
    widen(conn, np.union1d(told, unsettled))


def widen(conn: Connection, stirred: Integers) -> None:
    """Add to the affected identifiers those of every component that holds a stirred one."""
    _note_touched(conn, stirred)
    conn.execute(_WIDEN)
    conn.execute("analyze pg_temp.affected")
    conn.execute("insert into pg_temp.covered table pg_temp.affected on conflict do nothing")
    conn.execute("analyze pg_temp.covered")


def _note_touched(conn: Connection, touched: Integers) -> None:
    conn.execute("truncate pg_temp.touched")
    copy_in(conn, "pg_temp.touched", pa.table({"identifier_id": touched}))
    conn.execute("analyze pg_temp.touched")


def widen_to_all(conn: Connection) -> None:
    """Make every identifier affected."""
    conn.execute(_WIDEN_TO_ALL)
