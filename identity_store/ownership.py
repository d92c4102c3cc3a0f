"""Ownership windows: written for shareable identifiers that more than their own profile used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from identifiers import RESIDUAL
from identity_resolution.graph import Flags, Integers
from identity_resolution.links import Evidence
from identity_resolution.ownership import Window, find_windows
from identity_resolution.rules import IdentifierClass, Rules, tabulate
from identity_store.changes import Outcome, moved
from identity_store.evidence import NAMED_IN
from identity_store.naming import Registry
from identity_store.part import read_identifiers
from identity_store.stored_part import StoredPart
from warehouse.columns import copy_in
from warehouse.connection import Connection

_CREATE = """
create temporary table account_namespace (namespace text primary key) on commit drop;
create temporary table moved (identifier_id bigint primary key) on commit drop;
create temporary table told (identifier_id bigint primary key) on commit drop;
create temporary table candidate (
    identifier_id bigint primary key, is_divided boolean not null
) on commit drop;
create temporary table window_change (
    identifier_id bigint, account_id bigint, owned_from bigint, owned_to bigint, because text
) on commit drop;
create temporary table residual_change (identifier_id bigint, profile_id text) on commit drop;
"""

_TELL_ALL = """
drop table pg_temp.told;
create temporary view told as select identifier_id from identity.identifier;
"""

# Windows follow from the sets of a thing and the status of the accounts in them, what they mean
# from the profiles of both. So an account that changed its profile may divide what it was ever
# linked to or owned, one that changed its status whatever it was ever named with.
_CANDIDATES = f"""
insert into pg_temp.candidate
with reached as (
    select identifier_id from pg_temp.told
    union
    select identifier_id from pg_temp.moved
    union
    select l.right_id
    from pg_temp.moved as m
    inner join identity.link as l on m.identifier_id = l.left_id
    union
    select l.left_id
    from pg_temp.moved as m
    inner join identity.link as l on m.identifier_id = l.right_id
    union
    select w.identifier_id
    from pg_temp.moved as m
    inner join identity.ownership_window as w on m.identifier_id = w.account_id
    union
    select member.identifier_id
    from unnest(%(status_changed)s::bigint[]) as named (identifier_id)
    {NAMED_IN}
    cross join lateral unnest(named_in.identifier_ids) as member (identifier_id)
),

things as (
    select i.identifier_id, p.profile_id
    from reached as r
    inner join identity.identifier as i on r.identifier_id = i.identifier_id
    left join identity.identifier_profile as p
        on i.identifier_id = p.identifier_id and p.valid_to is null
    where i.namespace not in (select namespace from pg_temp.account_namespace)
),

seen as (
    select t.identifier_id, t.profile_id, l.right_id as account_id
    from things as t
    inner join identity.link as l on t.identifier_id = l.left_id
    union all
    select t.identifier_id, t.profile_id, l.left_id
    from things as t
    inner join identity.link as l on t.identifier_id = l.right_id
),

divided as (
    select distinct s.identifier_id
    from seen as s
    inner join identity.identifier as a on s.account_id = a.identifier_id and a.status = 'active'
    inner join identity.identifier_profile as p
        on s.account_id = p.identifier_id and p.valid_to is null
    where
        a.namespace in (select namespace from pg_temp.account_namespace)
        and p.profile_id is distinct from s.profile_id
)

select t.identifier_id, d.identifier_id is not null
from things as t
left join divided as d on t.identifier_id = d.identifier_id
"""  # noqa: S608 - a constant of `evidence`

_FORGET = """
delete from identity.ownership_window as w
using pg_temp.candidate as c
where
    w.identifier_id = c.identifier_id
    and not exists (
        select from pg_temp.window_change as n
        where
            n.identifier_id = w.identifier_id and n.account_id = w.account_id
            and to_timestamp(n.owned_from) = w.owned_from and to_timestamp(n.owned_to) = w.owned_to
            and n.because = w.because
    )
"""
_KEEP = """
insert into identity.ownership_window (identifier_id, account_id, owned_from, owned_to, because)
select identifier_id, account_id, to_timestamp(owned_from), to_timestamp(owned_to), because
from pg_temp.window_change
order by identifier_id, owned_from
on conflict (identifier_id, owned_from) do nothing
"""
_HAD_TWO_OWNERS = """
select c.identifier_id
from pg_temp.candidate as c
inner join identity.ownership as o on c.identifier_id = o.identifier_id
group by c.identifier_id
having count(distinct o.profile_id) > 1
order by c.identifier_id
"""
_RESIDUALS = (
    """
    delete from identity.residual as r
    using pg_temp.candidate as c
    where
        r.identifier_id = c.identifier_id
        and r.identifier_id not in (select identifier_id from pg_temp.residual_change)
    """,
    """
    insert into identity.residual (identifier_id, profile_id)
    select identifier_id, profile_id from pg_temp.residual_change
    order by identifier_id
    on conflict (identifier_id) do nothing
    """,
    """
    insert into identity.profile (
        profile_id, anchor_identifier_id, kind, created_at, identifier_count, status
    )
    select profile_id, identifier_id, 'shared_device', %(run_at)s, 0, 'active'
    from pg_temp.residual_change
    order by profile_id
    on conflict (profile_id) do update set status = 'active'
    where identity.profile.status <> 'active'
    """,
    """
    update identity.profile as p
    set status = 'retired'
    from pg_temp.candidate as c
    inner join identity.minted_id as m on c.identifier_id = m.identifier_id and m.epoch = -1
    where
        p.profile_id = m.birth_id and p.status = 'active'
        and c.identifier_id not in (select identifier_id from pg_temp.residual_change)
    """,
)


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """Identifiers by which windows may change.

    told: seen again, or named by claims; nothing stands for all. moved: of another profile or
    status. status_changed: of another status.
    """

    told: Integers | None
    moved: Integers
    status_changed: list[int]


def reconsidered(
    outcome: Outcome, touched: Flags, status_changed: list[int], rules: Rules
) -> Reconsidered:
    """Return by whom windows may change after a run over a part; touched: whom the news touch.

    Who was merely seen again and may link shares a profile with every account that it may link to,
    unless a rule says that it has only one; so nobody divides it.
    """
    screening, identifiers = outcome.after.resolution.screening, outcome.after.graph.identifiers
    functional = tabulate(rules, identifiers.namespaces).functional
    is_bound = functional >= 0
    is_bound[functional[is_bound]] = True
    is_alike = screening.is_active & ~is_bound[identifiers.namespace_code]
    is_told = touched & (outcome.part.is_affected | ~is_alike)
    return Reconsidered(outcome.part.identifier_id[is_told], moved(outcome), status_changed)


def find_divided(conn: Connection, asked: Reconsidered, rules: Rules) -> Integers:
    """Return the identifiers whose windows must be found, and remember whom that was asked of.

    Divided are shareable identifiers that were seen with an active account of another profile than
    their own.
    """
    conn.execute(_CREATE)
    accounts = [
        name
        for name, own in rules.namespaces.items()
        if own.identifier_class is IdentifierClass.ACCOUNT
    ]
    copy_in(conn, "pg_temp.account_namespace", pa.table({"namespace": accounts}))
    copy_in(conn, "pg_temp.moved", pa.table({"identifier_id": asked.moved}))
    conn.execute("analyze pg_temp.moved")
    if asked.told is None:
        conn.execute(_TELL_ALL)
    else:
        copy_in(conn, "pg_temp.told", pa.table({"identifier_id": asked.told}))
        conn.execute("analyze pg_temp.told")
    conn.execute(_CANDIDATES, {"status_changed": asked.status_changed})
    conn.execute("analyze pg_temp.candidate")
    rows = conn.execute(
        "select identifier_id from pg_temp.candidate where is_divided order by identifier_id"
    )
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def windows_of(
    conn: Connection, divided: Integers, log: Evidence, rules: Rules
) -> tuple[StoredPart, list[Window]]:
    """Return the windows of `divided`, by position in the part that comes with them.

    log: every set with one of them, a row a second, members as identifier ids.
    """
    part = read_identifiers(conn, np.union1d(divided, log.member))
    identifiers = part.state.graph.identifiers
    table = tabulate(rules, identifiers.namespaces)
    close_after = rules.ownership.close_after_last_authenticated
    is_wanted = np.isin(part.identifier_id, divided)
    screening = part.state.resolution.screening
    found = find_windows(identifiers, screening, part.locate(log), is_wanted, (table, close_after))
    return part, list(found)


def write_windows(
    conn: Connection,
    part: StoredPart,
    windows: Iterable[Window],
    registry: Registry,
    stamp: Mapping[str, object],
) -> int:
    """Write the windows of all candidates, and name what is left of those with two owners."""
    found = list(windows)
    ends = np.array([(w.identifier, w.account) for w in found], dtype=np.int64).reshape(-1, 2)
    rows = pa.table(
        {
            "identifier_id": part.identifier_id[ends[:, 0]],
            "account_id": part.identifier_id[ends[:, 1]],
            "owned_from": pa.array([w.owned_from for w in found], pa.int64()),
            "owned_to": pa.array([w.owned_to for w in found], pa.int64()),
            "because": pa.array([w.because for w in found], pa.string()),
        }
    )
    copy_in(conn, "pg_temp.window_change", rows)
    written = conn.execute(_FORGET).rowcount + conn.execute(_KEEP).rowcount
    shared = np.fromiter((row[0] for row in conn.execute(_HAD_TWO_OWNERS)), dtype=np.int64)
    positions = part.positions(shared)
    epoch = np.full(len(part.identifier_id), RESIDUAL, dtype=np.int64)
    identifiers = part.state.graph.identifiers
    ids = registry.name(identifiers, part.identifier_id, epoch, positions)
    residuals = pa.table({"identifier_id": shared, "profile_id": ids.birth_id})
    copy_in(conn, "pg_temp.residual_change", residuals)
    for statement in _RESIDUALS:
        written += conn.execute(statement, stamp).rowcount
    return written + ids.minted_count
