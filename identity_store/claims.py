"""What stewards and sources stated about the identifiers of a part; consent to joint profiles."""

import itertools
from dataclasses import replace

import numpy as np

from identity_resolution.claims import (
    Claims,
    no_claims,
    with_source_claims,
)
from identity_resolution.graph import Apart, Flags, Integers
from identity_resolution.links import Evidence, Voids, concatenate, stated_links
from identity_resolution.rules import Rules
from identity_store.evidence import recall, recall_claims
from identity_store.sources import SourceBits
from identity_store.stored_part import StoredPart
from warehouse.connection import Connection

_LIVE = """
select statement_id, kind, left_ids, right_ids
from identity.statement
where
    withdrawn_at is null
    and exists (
        select from pg_temp.involved as v where v.identifier_id = any(left_ids || right_ids)
    )
order by statement_id
"""
_NEWS = """
select distinct named
from identity.statement
cross join lateral unnest(left_ids || right_ids) as u (named)
where is_applied <> (withdrawn_at is null)
"""
_APPLY = """
update identity.statement set is_applied = withdrawn_at is null
where is_applied <> (withdrawn_at is null)
"""

# Of all decisions of an account the newest counts, of equally new ones the refusal. A record
# decides for every account in it.
_DECIDE = """
with decisions as (
    select distinct on (named)
        named,
        r.event_at,
        case
            when (r.body ->> 'granted')::boolean and r.body ->> 'withdrawn_at' is null then 1
            else -1
        end as consent
    from raw.record as r
    inner join identity.identifier_set as s on r.identifier_set_id = s.identifier_set_id
    cross join lateral unnest(s.identifier_ids) as u (named)
    where
        r._load_id = any(%(load_ids)s) and r.source = 'commerce' and r.kind = 'consents'
        and r.event_name = 'joint_profile'
    order by named, r.event_at desc, consent
)

update identity.identifier as i
set consent = d.consent, consent_at = d.event_at
from decisions as d
where
    i.identifier_id = d.named and i.namespace = any(%(accounts)s)
    and (i.consent_at is null or (d.event_at, -d.consent) > (i.consent_at, -i.consent))
returning i.identifier_id
"""


def decide_consents(conn: Connection, load_ids: tuple[int, ...], rules: Rules) -> Integers:
    """Take the loads' decisions on joint profiles; return the accounts that decided."""
    accounts = [n for n, own in rules.namespaces.items() if own.identifier_class == "account"]
    rows = conn.execute(_DECIDE, {"load_ids": list(load_ids), "accounts": accounts})
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def newly_stated(conn: Connection) -> Integers:
    """Return whom statements name that were made or withdrawn since the newest run."""
    return np.fromiter((row[0] for row in conn.execute(_NEWS)), dtype=np.int64)


def mark_applied(conn: Connection) -> int:
    """Note that the run obeys the statements as they stand."""
    return conn.execute(_APPLY).rowcount


def read_claims(conn: Connection, part: StoredPart, sources: SourceBits, rules: Rules) -> Claims:
    """Return everything stated about the covered identifiers of `part`, by position."""
    size = len(part.identifier_id)
    same: list[tuple[int, int, int]] = []
    apart: list[tuple[int, int, int]] = []
    is_blocked = np.zeros(size, dtype=bool)
    for number, kind, *named in conn.execute(_LIVE):
        left, right = (_present(part.positions(np.array(ids, dtype=np.int64))) for ids in named)
        if kind == "block":
            is_blocked[left] = True
        elif kind == "same":
            same += [(one, other, number) for one, other in itertools.combinations(left, 2)]
        else:
            apart += [(number, row, -1) for row in left] + [(number, row, 1) for row in right]
    stated = Claims(
        same=stated_links(*_columns(same)),
        apart=Apart(*_columns(apart)),
        voids=no_claims(0).voids,
        consent=part.state.graph.identifiers.consent,
        is_blocked=is_blocked,
    )
    every = with_source_claims(stated, _source_evidence(conn, part, sources, rules))
    return _claims_about(every, part.is_covered)


def _present(positions: Integers) -> list[int]:
    return [int(position) for position in positions if position >= 0]


def _source_evidence(
    conn: Connection, part: StoredPart, sources: SourceBits, rules: Rules
) -> Evidence:
    """Return all unbinds and aliases in the part, and the binds of whoever they name."""
    found = recall_claims(conn, sources, rules)
    binds = recall(conn, np.unique(found.member), sources, rules, ["bind"])
    return part.locate(concatenate(found, binds))


def _claims_about(claims: Claims, is_inside: Flags) -> Claims:
    """Return `claims` without the pairs that have no end inside."""
    same, voids = claims.same, claims.voids
    is_void = is_inside[voids.left] | is_inside[voids.right]
    return replace(
        claims,
        same=same.take(is_inside[same.left] | is_inside[same.right]),
        voids=Voids(voids.left[is_void], voids.right[is_void], voids.until[is_void]),
    )


def _columns(rows: list[tuple[int, int, int]]) -> tuple[Integers, Integers, Integers]:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]
