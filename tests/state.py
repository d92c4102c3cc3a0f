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
        "intermediate.int_touched_profile",  # whom the last run looked at again, and why
        f"mart.{PUBLICATION}",
    }
)
IDENTIFIER = frozenset(
    {
        "actor_id",
        "anchor_identifier_id",
        "identifier_id",
        "identity.ownership_window.account_id",
    }
)
PROFILE = frozenset({"profile_id", "from_profile_id", "to_profile_id", "old_profile_id"})
LINK_ENDS = {"left_id": "least", "right_id": "greatest"}
"""A link's ends are ordered by number; here by name."""

SHOWN_OTHERWISE = {
    "identity.identifier.value": "regexp_replace(t.value, '^erased:.*', 'erased')",
    "identity.identifier_set.identifier_ids": "",
    "identity.identifier_set.strengths": "",
}
"""What stands for an erased value holds its number; the members of a set are in its name."""

# What tells the way: when something arrived, and what was true before.
WAY = frozenset({"arrival_day", "assigned_on", "born_at", "valid_from"})
WAY_TABLES = frozenset(
    {
        "build.offer_performance_daily",  # of what was decided on each day
        "build.portrait_snapshot",
        "build.profile_redirect",
        "identity.minted_id",
        "identity.profile_event",
        "mart.offer_performance_daily",
        "mart.portrait_snapshot",
        "mart.profile_redirect",
        "ops.empty_day",
    }
)
NOW = {
    "build.tag": "valid_to is null",
    "identity.identifier_profile": "valid_to is null",
    "identity.profile": "status = 'active'",
    "mart.tag": "valid_to is null",
}
"""Which rows of a table with history are true now."""


def state(settings: Settings) -> State:
    """A hash of the rows of every table, whatever their order."""
    with connect(settings, LOGIN) as conn:
        _name_numbers(conn)
        return {table: _hash(conn, table) for table in _all_tables(conn)}


def current_state(settings: Settings) -> State:
    """What is true now, by whatever way: without history and without days of arrival.

    Profiles are named by the first name among their identifiers, because a profile's id depends on
    the day its identifiers arrived, and the person behind it does not.
    """
    with connect(settings, LOGIN) as conn:
        _name_numbers(conn)
        _name_profiles(conn)
        tables = [table for table in _all_tables(conn) if table not in WAY_TABLES]
        return {table: _hash(conn, table, now=True) for table in tables}


def mart_state(settings: Settings) -> State:
    """The same of the published tables, every column of `mart.publication` included."""
    with connect(settings, LOGIN) as conn:
        _name_numbers(conn)
        return {name: _hash_of(conn, f"mart.{name}", "t.*") for name in _tables(conn, "mart")}


def differing(one: State, other: State) -> set[str]:
    """The tables that are not the same."""
    return {table for table in one.keys() | other.keys() if one.get(table) != other.get(table)}


def _all_tables(conn: Connection) -> list[str]:
    tables = [f"{schema}.{name}" for schema in SCHEMAS for name in _tables(conn, schema)]
    tables += [f"ops.{name}" for name in DAYS]
    return [table for table in tables if table not in RUN_TABLES]


def _tables(conn: Connection, schema: str) -> list[str]:
    # The partitions of raw are part of their table.
    return ["record"] if schema == "raw" else table_names(conn, schema)


def _name_numbers(conn: Connection) -> None:
    conn.execute("""
        create temporary table name_of_identifier as
        select
            identifier_id as number,
            -- What stands for an erased value holds the number itself.
            concat_ws(':', namespace, scope, regexp_replace(value, '^erased:.*', 'erased')) as name
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


def _hash(conn: Connection, table: str, *, now: bool = False) -> str:
    columns = conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped order by attnum",
        (table,),
    ).fetchall()
    shown = [
        _name("name_of_profile", str(name)) if now and name in PROFILE else _shown(table, str(name))
        for (name,) in columns
        if not (now and name in WAY)
    ]
    rows = f"{table} where {NOW[table]}" if now and table in NOW else table
    return _hash_of(conn, f"(select * from {rows})", ", ".join(filter(None, shown)) or "1")  # noqa: S608 - ours


def _hash_of(conn: Connection, rows: str, columns: str) -> str:
    query = (
        f"select md5(coalesce(string_agg(h, '' order by h), ''))"  # noqa: S608 - names of ours
        f" from (select md5(row({columns})::text) as h from {rows} as t) as hashed"
    )
    row = conn.execute(sql.SQL(query)).fetchone()  # type: ignore[arg-type]
    return str(row[0]) if row else ""


def _shown(table: str, column: str) -> str:
    full_name = f"{table}.{column}"
    if {column, full_name} & RUN_TIME:
        return ""
    if {column, full_name} & IDENTIFIER:
        return _name("name_of_identifier", column)
    if column == "identifier_set_id":
        return _name("name_of_set", column)
    if table == "identity.link" and column in LINK_ENDS:
        ends = ", ".join(_name("name_of_identifier", end) for end in LINK_ENDS)
        return f"{LINK_ENDS[column]}({ends})"
    return SHOWN_OTHERWISE.get(full_name, f't."{column}"')


def _name(names: str, column: str) -> str:
    return f"(select n.name from {names} as n where n.number = t.{column})"  # noqa: S608 - ours
