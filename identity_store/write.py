"""Write what a run changed, and nothing else: rows that stay the same are not touched.

Each function takes whole columns, copies the changed rows into a temporary table and lets one or
two statements do the rest. All return the number of rows they wrote.
"""

from collections.abc import Mapping
from typing import LiteralString

import pyarrow as pa

from warehouse.columns import copy_in
from warehouse.connection import Connection

_IDENTIFIER_CHANGES = """
create temporary table identifier_change (
    identifier_id bigint, first_seen bigint, last_seen bigint, born_at bigint, strength smallint,
    component_id bigint, status text, reason text, is_contested boolean
) on commit drop
"""
_UPDATE_IDENTIFIERS = """
update identity.identifier as i
set
    first_seen_at = to_timestamp(c.first_seen),
    last_seen_at = to_timestamp(c.last_seen),
    born_at = to_timestamp(c.born_at),
    best_strength = c.strength,
    component_id = c.component_id,
    status = c.status,
    reason = c.reason,
    is_contested = c.is_contested
from pg_temp.identifier_change as c
where i.identifier_id = c.identifier_id
"""

_SIGHTINGS = """
create temporary table sighting (identifier_id bigint, last_seen bigint) on commit drop
"""
_UPDATE_LAST_SEEN = """
update identity.identifier as i
set last_seen_at = to_timestamp(s.last_seen)
from pg_temp.sighting as s
where i.identifier_id = s.identifier_id
"""

_LINK_CHANGES = "create temporary table link_change (like identity.link) on commit drop"
_UPDATE_LINKS = """
update identity.link as l
set
    first_seen_at = c.first_seen_at,
    last_seen_at = c.last_seen_at,
    observation_count = c.observation_count,
    strength = c.strength,
    sources = c.sources,
    sample_record_ids = c.sample_record_ids,
    basis = c.basis,
    statement_id = c.statement_id,
    decision = c.decision,
    refusal_reason = c.refusal_reason
from pg_temp.link_change as c
where l.left_id = c.left_id and l.right_id = c.right_id
"""

_LINK_ENDS = "create temporary table link_gone (left_id bigint, right_id bigint) on commit drop"
_DELETE_LINKS = """
delete from identity.link as l
using pg_temp.link_gone as g
where l.left_id = g.left_id and l.right_id = g.right_id
"""

_MAP_CHANGES = """
create temporary table map_change (identifier_id bigint primary key, profile_id text) on commit drop
"""
# A row that began with this very run was never seen by anybody: it is corrected, not closed.
_CORRECT_MAP = """
update identity.identifier_profile as m
set profile_id = c.profile_id, run_id = %(run_id)s
from pg_temp.map_change as c
where m.identifier_id = c.identifier_id and m.valid_to is null and m.valid_from >= %(run_at)s
"""
_CLOSE_MAP = """
update identity.identifier_profile as m
set valid_to = %(run_at)s
from pg_temp.map_change as c
where m.identifier_id = c.identifier_id and m.valid_to is null and m.valid_from < %(run_at)s
"""
_OPEN_MAP = """
insert into identity.identifier_profile (identifier_id, profile_id, valid_from, run_id)
select c.identifier_id, c.profile_id, %(run_at)s, %(run_id)s
from pg_temp.map_change as c
where not exists (
    select from identity.identifier_profile as m
    where m.identifier_id = c.identifier_id and m.valid_to is null
)
order by c.identifier_id
"""

_PROFILE_CHANGES = """
create temporary table profile_change (
    profile_id text primary key, anchor_identifier_id bigint, kind text, identifier_count integer,
    status text
) on commit drop
"""
_UPSERT_PROFILES = """
insert into identity.profile as p (
    profile_id, anchor_identifier_id, kind, created_at, identifier_count, status
)
select profile_id, anchor_identifier_id, kind, %(run_at)s, identifier_count, status
from pg_temp.profile_change
on conflict (profile_id) do update
set
    kind = excluded.kind,
    identifier_count = excluded.identifier_count,
    status = excluded.status
where
    (p.kind, p.identifier_count, p.status)
    is distinct from (excluded.kind, excluded.identifier_count, excluded.status)
"""

_EVENTS = """
create temporary table event_change (
    kind text, from_profile_id text, to_profile_id text, because text
) on commit drop
"""
_INSERT_EVENTS = """
insert into identity.profile_event (run_id, at, kind, from_profile_id, to_profile_id, because)
select %(run_id)s, %(run_at)s, kind, from_profile_id, to_profile_id, because
from pg_temp.event_change
"""


def write_identifiers(conn: Connection, rows: pa.Table) -> int:
    """Update identifiers: times in seconds, component, status."""
    stage(conn, _IDENTIFIER_CHANGES, "pg_temp.identifier_change", rows)
    return conn.execute(_UPDATE_IDENTIFIERS).rowcount


def write_sightings(conn: Connection, rows: pa.Table) -> int:
    """Note when identifiers were seen last."""
    stage(conn, _SIGHTINGS, "pg_temp.sighting", rows)
    return conn.execute(_UPDATE_LAST_SEEN).rowcount


def write_links(conn: Connection, new: pa.Table, changed: pa.Table) -> int:
    """Insert and update links, given as the columns of identity.link."""
    copy_in(conn, "identity.link", new)
    stage(conn, _LINK_CHANGES, "pg_temp.link_change", changed)
    return int(new.num_rows) + conn.execute(_UPDATE_LINKS).rowcount


def delete_links(conn: Connection, rows: pa.Table) -> int:
    """Delete links, given by their ends."""
    stage(conn, _LINK_ENDS, "pg_temp.link_gone", rows)
    return conn.execute(_DELETE_LINKS).rowcount


def write_map(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Give identifiers another profile from `run_at` on; what they had stays as history."""
    stage(conn, _MAP_CHANGES, "pg_temp.map_change", rows)
    corrected = conn.execute(_CORRECT_MAP, stamp).rowcount
    closed = conn.execute(_CLOSE_MAP, stamp).rowcount
    return corrected + closed + conn.execute(_OPEN_MAP, stamp).rowcount


def write_profiles(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Insert or update profiles; a profile keeps the time it was first created."""
    stage(conn, _PROFILE_CHANGES, "pg_temp.profile_change", rows)
    return conn.execute(_UPSERT_PROFILES, stamp).rowcount


def write_events(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Append what happened to profiles."""
    stage(conn, _EVENTS, "pg_temp.event_change", rows)
    return conn.execute(_INSERT_EVENTS, stamp).rowcount


def stage(conn: Connection, create: LiteralString, table: LiteralString, rows: pa.Table) -> None:
    """Make a temporary table of `rows`."""
    conn.execute(create)
    copy_in(conn, table, rows)
    # Without statistics the planner takes the table for tiny.
    conn.execute("analyze " + table)
