"""Write what a run changed, and nothing else: rows that stay the same are not touched.

Each function takes whole columns, copies the changed rows into a temporary table and lets one or
two statements do the rest. All return the number of rows they wrote.
"""

from collections.abc import Mapping
from typing import LiteralString

import pyarrow as pa

from identity_resolution.rules import IdentifierClass, Rules, tabulate
from warehouse.columns import copy_in
from warehouse.connection import Connection

_IDENTIFIER_CHANGES = """
create temporary table identifier_change (
    identifier_id bigint, first_seen bigint, last_seen bigint, born_at bigint, strength smallint,
    component_id bigint, status text, reason text
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
    reason = c.reason
from pg_temp.identifier_change as c
where i.identifier_id = c.identifier_id
"""

_LINK_CHANGES = """
create temporary table link_change (
    left_id bigint, right_id bigint, first_seen bigint, last_seen bigint,
    observation_count bigint, strength smallint, sources text[],
    first_sample bigint, last_sample bigint, basis smallint, statement bigint,
    decision text, refusal_reason text
) on commit drop
"""
_UPSERT_LINKS = """
insert into identity.link (
    left_id, right_id, first_seen_at, last_seen_at, observation_count, strength, sources,
    sample_record_ids, basis, statement_id, decision, refusal_reason
)
select
    left_id, right_id, to_timestamp(first_seen), to_timestamp(last_seen), observation_count,
    strength, sources,
    case
        when first_sample is null then '{}'
        when first_sample = last_sample then array[first_sample]
        else array[first_sample, last_sample]
    end,
    basis, statement, decision, refusal_reason
from pg_temp.link_change
order by left_id, right_id
on conflict (left_id, right_id) do update
set
    first_seen_at = excluded.first_seen_at,
    last_seen_at = excluded.last_seen_at,
    observation_count = excluded.observation_count,
    strength = excluded.strength,
    sources = excluded.sources,
    sample_record_ids = excluded.sample_record_ids,
    basis = excluded.basis,
    statement_id = excluded.statement_id,
    decision = excluded.decision,
    refusal_reason = excluded.refusal_reason
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

_RULE_CREATE = """
create temporary table namespace_rank (namespace text primary key, is_account boolean, rank bigint)
on commit drop
"""
# Sets with an identifier whose status changed get another actor; no index leads from an identifier
# to its sets, but statuses change rarely and sets are far fewer than observations.
_SET_ACTORS = """
with concerned as (
    select s.identifier_set_id, s.identifier_ids, s.actor_id
    from identity.identifier_set as s
    where
        s.identifier_set_id in (select identifier_set_id from pg_temp.evidence)
        or s.identifier_ids && %(status_changed)s::bigint[]
),

chosen as (
    select distinct on (c.identifier_set_id)
        c.identifier_set_id,
        i.identifier_id
    from concerned as c
    cross join lateral unnest(c.identifier_ids) as member (identifier_id)
    inner join identity.identifier as i on member.identifier_id = i.identifier_id
    left join pg_temp.namespace_rank as r on i.namespace = r.namespace
    where
        i.status = 'active'
        or (
            i.status in ('shared', 'quarantined')
            and not coalesce(r.is_account, %(default_is_account)s)
        )
    order by
        c.identifier_set_id,
        coalesce(r.is_account, %(default_is_account)s) desc,
        array_position(array['active', 'shared', 'quarantined'], i.status),
        coalesce(r.rank, %(default_rank)s),
        i.namespace collate "C",
        i.scope collate "C",
        i.value collate "C"
)

update identity.identifier_set as s
set actor_id = n.identifier_id
from concerned as c
left join chosen as n on c.identifier_set_id = n.identifier_set_id
where s.identifier_set_id = c.identifier_set_id and c.actor_id is distinct from n.identifier_id
"""


def write_identifiers(conn: Connection, rows: pa.Table) -> int:
    """Update identifiers: times in seconds, component, status."""
    _stage(conn, _IDENTIFIER_CHANGES, "pg_temp.identifier_change", rows)
    return conn.execute(_UPDATE_IDENTIFIERS).rowcount


def write_links(conn: Connection, rows: pa.Table) -> int:
    """Insert or update links."""
    _stage(conn, _LINK_CHANGES, "pg_temp.link_change", rows)
    return conn.execute(_UPSERT_LINKS).rowcount


def delete_links(conn: Connection, rows: pa.Table) -> int:
    """Delete links, given by their ends."""
    _stage(conn, _LINK_ENDS, "pg_temp.link_gone", rows)
    return conn.execute(_DELETE_LINKS).rowcount


def write_map(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Give identifiers another profile from `run_at` on; what they had stays as history."""
    _stage(conn, _MAP_CHANGES, "pg_temp.map_change", rows)
    corrected = conn.execute(_CORRECT_MAP, stamp).rowcount
    closed = conn.execute(_CLOSE_MAP, stamp).rowcount
    return corrected + closed + conn.execute(_OPEN_MAP, stamp).rowcount


def write_profiles(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Insert or update profiles; a profile keeps the time it was first created."""
    _stage(conn, _PROFILE_CHANGES, "pg_temp.profile_change", rows)
    return conn.execute(_UPSERT_PROFILES, stamp).rowcount


def write_events(conn: Connection, rows: pa.Table, stamp: Mapping[str, object]) -> int:
    """Append what happened to profiles."""
    _stage(conn, _EVENTS, "pg_temp.event_change", rows)
    return conn.execute(_INSERT_EVENTS, stamp).rowcount


def write_actors(conn: Connection, rules: Rules, status_changed: list[int]) -> int:
    """Set the actor of each set that is new or has a member whose status changed."""
    names = sorted(rules.namespaces)
    table = tabulate(rules, names)
    ranks = pa.table({"namespace": names, "is_account": table.is_account, "rank": table.rank})
    _stage(conn, _RULE_CREATE, "pg_temp.namespace_rank", ranks)
    parameters = {
        "status_changed": status_changed,
        "default_is_account": rules.defaults.identifier_class is IdentifierClass.ACCOUNT,
        "default_rank": rules.defaults.rank,
    }
    return conn.execute(_SET_ACTORS, parameters).rowcount


def _stage(conn: Connection, create: LiteralString, table: LiteralString, rows: pa.Table) -> None:
    conn.execute(create)
    copy_in(conn, table, rows)
    # Without statistics the planner takes the table for tiny.
    conn.execute("analyze " + table)
