"""The state of a warehouse as hashes, without what differs from run to run: to compare two of them.

Two kinds of columns cannot be compared as they are, and this is the one list of them:

* run-time columns: clocks, and numbers that say in which order things were made;
* numbers of the dictionary, which stand for a name: they are compared as that name.
"""

from psycopg import Connection, sql

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.mart_tables import PUBLICATION, table_names

State = dict[str, str]

SCHEMAS = ("raw", "identity", "intermediate", "build", "mart")
DAYS = ("closed_day", "empty_day")
"""Of `ops` only the days: the rest of it is the history of runs itself."""

RUN_TIME = frozenset(
    {
        "_load_id",
        "at",
        "because",
        "closed_at",
        "component_id",
        "identity.identifier_profile.valid_from",
        "identity.identifier_profile.valid_to",
        "identity.minted_id.minted_at",
        "identity.profile.created_at",
        "build.profile_redirect.changed_at",
        "mart.profile_redirect.changed_at",
        "manifest_path",
        "observation_id",
        "profile_event_id",
        "record_id",
        "run_id",
        "sample_record_ids",
        "seen_at",
    }
)
RUN_TABLES = frozenset(
    {
        "identity.observed_load",
        "identity.run",
        "intermediate.int_growth_days",  # fingerprints of rows with their load numbers
        f"mart.{PUBLICATION}",
    }
)
IDENTIFIER = frozenset({"identifier_id", "anchor_identifier_id", "actor_id", "left_id", "right_id"})
PROFILE = frozenset({"profile_id", "from_profile_id", "to_profile_id", "old_profile_id"})
LINK_ENDS = {"left_id": "least", "right_id": "greatest"}
"""A link's ends are ordered by number; here by name."""


def state(settings: Settings, *, by_smallest_identifier: bool = False) -> State:
    """A hash of the rows of every table, whatever their order.

    `by_smallest_identifier` names each profile by the first name among its identifiers: a
    profile's id depends on the day its identifiers arrived, the person behind it does not.
    """
    with connect(settings, LOGIN) as conn:
        _name_numbers(conn)
        if by_smallest_identifier:
            _name_profiles(conn)
        tables = [f"{schema}.{name}" for schema in SCHEMAS for name in _tables(conn, schema)]
        tables += [f"ops.{name}" for name in DAYS]
        return {table: _hash(conn, table) for table in tables if table not in RUN_TABLES}


def mart_state(settings: Settings) -> State:
    """The same of the published tables, every column of `mart.publication` included."""
    with connect(settings, LOGIN) as conn:
        _name_numbers(conn)
        return {name: _hash_of(conn, f"mart.{name}", "t.*") for name in _tables(conn, "mart")}


def differing(one: State, other: State) -> set[str]:
    """The tables that are not the same."""
    return {table for table in one.keys() | other.keys() if one.get(table) != other.get(table)}


def _tables(conn: Connection, schema: str) -> list[str]:
    # The partitions of raw are part of their table.
    return ["record"] if schema == "raw" else table_names(conn, schema)


def _name_numbers(conn: Connection) -> None:
    conn.execute("""
        create temporary table name_of_identifier as
        select identifier_id as number, concat_ws(':', namespace, scope, value) as name
        from identity.identifier;
        alter table name_of_identifier add primary key (number);
        create temporary table name_of_set as
        select s.identifier_set_id as number, (
            select string_agg(n.name || '=' || m.strength, ' ' order by n.name)
            from unnest(s.identifier_ids, s.strengths) as m (number, strength)
            inner join name_of_identifier as n on m.number = n.number
        ) as name
        from identity.identifier_set as s;
        alter table name_of_set add primary key (number);
    """)


def _name_profiles(conn: Connection) -> None:
    conn.execute("""
        create temporary table name_of_profile as
        select m.profile_id as number, min(n.name) as name
        from identity.identifier_profile as m
        inner join name_of_identifier as n on m.identifier_id = n.number
        where m.valid_to is null group by m.profile_id;
        alter table name_of_profile add primary key (number);
    """)


def _hash(conn: Connection, table: str) -> str:
    columns = conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped order by attnum",
        (table,),
    ).fetchall()
    row = conn.execute("select to_regclass('pg_temp.name_of_profile') is not null").fetchone()
    profiles = PROFILE if row and row[0] else frozenset()
    shown = [
        _name("name_of_profile", str(name)) if name in profiles else _shown(table, str(name))
        for (name,) in columns
    ]
    return _hash_of(conn, table, ", ".join(text for text in shown if text) or "1")


def _hash_of(conn: Connection, table: str, columns: str) -> str:
    query = (
        f"select md5(coalesce(string_agg(h, '' order by h), ''))"  # noqa: S608 - names of ours
        f" from (select md5(row({columns})::text) as h from {table} as t) as hashed"
    )
    row = conn.execute(sql.SQL(query)).fetchone()  # type: ignore[arg-type]
    return str(row[0]) if row else ""


def _shown(table: str, column: str) -> str:
    if {column, f"{table}.{column}"} & RUN_TIME:
        return ""
    if table == "identity.identifier_set" and column in {"identifier_ids", "strengths"}:
        return ""
    if column == "identifier_set_id":
        return _name("name_of_set", column)
    if table == "identity.link" and column in LINK_ENDS:
        ends = ", ".join(_name("name_of_identifier", end) for end in LINK_ENDS)
        return f"{LINK_ENDS[column]}({ends})"
    return _name("name_of_identifier", column) if column in IDENTIFIER else f't."{column}"'


def _name(names: str, column: str) -> str:
    return f"(select n.name from {names} as n where n.number = t.{column})"  # noqa: S608 - ours
