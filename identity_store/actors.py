"""The actor of each set of identifiers, as the facts of the warehouse ask for it."""

import numpy as np
import pyarrow as pa

from identity_resolution.actors import NOBODY, choose_actors
from identity_resolution.links import Evidence
from identity_resolution.rules import IdentifierClass, Rules, tabulate
from identity_store.changes import Outcome
from identity_store.evidence import NAMED_IN, Observed
from identity_store.write import stage
from warehouse.connection import Connection

_CHANGES = """
create temporary table actor_change (identifier_set_id bigint, actor_id bigint) on commit drop
"""
_UPDATE = """
update identity.identifier_set as s
set actor_id = c.actor_id
from pg_temp.actor_change as c
where s.identifier_set_id = c.identifier_set_id
"""

_RULE_CREATE = """
create temporary table namespace_rank (namespace text primary key, is_account boolean, rank bigint)
on commit drop
"""
# Sets with an identifier whose status changed get another actor.
_REVISE = f"""
with concerned as (
    select s.identifier_set_id, s.identifier_ids, s.actor_id
    from identity.identifier_set as s
    where s.identifier_set_id in (
        select named_in.identifier_set_id
        from unnest(%(status_changed)s::bigint[]) as named (identifier_id)
        {NAMED_IN}
    )
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
"""  # noqa: S608 - a constant of `evidence`


def write_actors(
    conn: Connection, outcome: Outcome, observed: Observed, evidence: Evidence, rules: Rules
) -> int:
    """Set the actor of each set that was observed; every member of those is in the part.

    evidence: what was observed, by position.
    """
    identifiers = outcome.after.graph.identifiers
    table = tabulate(rules, identifiers.namespaces)
    actor = choose_actors(identifiers, evidence, outcome.after.resolution.screening, table)
    actor_id = np.where(actor == NOBODY, -1, outcome.part.identifier_id[actor])
    differs = np.flatnonzero(actor_id != observed.actor_id)
    # A set has a row for each source; all of them say the same.
    set_id, first = np.unique(observed.identifier_set_id[differs], return_index=True)
    actor_id = actor_id[differs[first]]
    chosen = {"identifier_set_id": set_id, "actor_id": pa.array(actor_id, mask=actor_id < 0)}
    stage(conn, _CHANGES, "pg_temp.actor_change", pa.table(chosen))
    return conn.execute(_UPDATE).rowcount


def revise_actors(conn: Connection, rules: Rules, status_changed: list[int]) -> int:
    """Choose the actor again of each set that has a member whose status changed."""
    if not status_changed:
        return 0
    names = sorted(rules.namespaces)
    table = tabulate(rules, names)
    ranks = pa.table({"namespace": names, "is_account": table.is_account, "rank": table.rank})
    stage(conn, _RULE_CREATE, "pg_temp.namespace_rank", ranks)
    parameters = {
        "status_changed": status_changed,
        "default_is_account": rules.defaults.identifier_class is IdentifierClass.ACCOUNT,
        "default_rank": rules.defaults.rank,
    }
    return conn.execute(_REVISE, parameters).rowcount
