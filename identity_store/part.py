"""Read the part of the graph that a run may change, as columns.

The part is: the affected identifiers, all links that touch them, and whoever is at the other end.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from identity_resolution.graph import (
    NEVER,
    NO_STATEMENT,
    Codes,
    Decision,
    Flags,
    Graph,
    Identifiers,
    Integers,
    Links,
    Resolution,
    Screening,
    Status,
    StatusReason,
    flags,
    integers,
)
from identity_resolution.incremental import State, begin
from identity_resolution.links import Evidence
from identity_store.sources import SourceBits
from identity_store.transitions import NO_PROFILE
from warehouse.columns import copy_in, copy_out
from warehouse.connection import Connection

Name: TypeAlias = Decision | Status | StatusReason

UNDECIDED = -1
"""In place of a `Decision`: the link is new."""

_CREATE = (
    "create temporary table touched (identifier_id bigint) on commit drop",
    "create temporary table affected (identifier_id bigint primary key) on commit drop",
    "create temporary table involved (identifier_id bigint primary key) on commit drop",
)

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
_WIDEN_TO_ALL = "insert into pg_temp.affected select identifier_id from identity.identifier"

_LINK_COLUMNS = """
    l.left_id, l.right_id,
    extract(epoch from l.first_seen_at)::bigint, extract(epoch from l.last_seen_at)::bigint,
    l.observation_count, l.strength, l.sources,
    l.sample_record_ids[1], l.sample_record_ids[cardinality(l.sample_record_ids)],
    l.basis, l.statement_id,
    coalesce(l.refusal_reason, l.decision)
"""
_LINKS = f"""
select {_LINK_COLUMNS}
from pg_temp.affected as a
inner join identity.link as l on a.identifier_id = l.left_id
union all
select {_LINK_COLUMNS}
from pg_temp.affected as a
inner join identity.link as l on a.identifier_id = l.right_id
where not exists (select from pg_temp.affected as b where b.identifier_id = l.left_id)
"""  # noqa: S608 - constants of this module
_LINKS_SCHEMA = pa.schema(
    [
        ("left_id", pa.int64()),
        ("right_id", pa.int64()),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
        ("observation_count", pa.int64()),
        ("strength", pa.int64()),
        ("sources", pa.string()),
        ("first_sample", pa.int64()),
        ("last_sample", pa.int64()),
        ("basis", pa.int64()),
        ("statement", pa.int64()),
        ("decision", pa.string()),
    ]
)

_AFFECTED = "select identifier_id from pg_temp.affected"
_AFFECTED_SCHEMA = pa.schema([("identifier_id", pa.int64())])
_IDENTIFIERS = """
select
    i.identifier_id, i.namespace, i.scope, i.value, i.arrival_day - date '1970-01-01',
    extract(epoch from i.first_seen_at)::bigint, extract(epoch from i.last_seen_at)::bigint,
    extract(epoch from i.born_at)::bigint, i.best_strength, i.consent, i.epoch, i.component_id,
    i.status, i.reason,
    a.identifier_id is not null, p.anchor_identifier_id, coalesce(p.kind = 'known', false)
from pg_temp.involved as v
inner join identity.identifier as i on v.identifier_id = i.identifier_id
left join pg_temp.affected as a on v.identifier_id = a.identifier_id
left join identity.identifier_profile as m
    on v.identifier_id = m.identifier_id and m.valid_to is null
left join identity.profile as p on m.profile_id = p.profile_id
order by i.identifier_id
"""
_NAME = pa.dictionary(pa.int32(), pa.string())
_IDENTIFIERS_SCHEMA = pa.schema(
    [
        ("identifier_id", pa.int64()),
        ("namespace", _NAME),
        ("scope", _NAME),
        ("value", pa.string()),
        ("arrival_day", pa.int64()),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
        ("born_at", pa.int64()),
        ("strength", pa.int64()),
        ("consent", pa.int64()),
        ("epoch", pa.int64()),
        ("component_id", pa.int64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("is_affected", pa.bool_()),
        ("anchor_id", pa.int64()),
        ("is_known", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of the stored graph.

    identifier_id: ascending, by position. state: as stored; the anchors in it are the current
    profiles, or `NO_PROFILE`. last_seen: of each identifier, -1 if never. is_affected: whether the
    identifier's component is in the part completely. decision: of each link, or `UNDECIDED`. epoch:
    how many lives of each identifier's value were erased before.
    """

    identifier_id: Integers
    state: State
    last_seen: Integers
    is_affected: Flags
    decision: Codes
    epoch: Integers

    def positions(self, identifier_ids: Integers) -> Integers:
        """Return the position of each identifier id, -1 of those outside the part."""
        if not len(self.identifier_id):
            return np.full(len(identifier_ids), -1, dtype=np.int64)
        place = np.searchsorted(self.identifier_id, identifier_ids)
        place = np.minimum(place, len(self.identifier_id) - 1)
        return np.where(self.identifier_id[place] == identifier_ids, place, -1)

    def locate(self, evidence: Evidence) -> Evidence:
        """Return `evidence` by positions in place of identifier ids, without strangers."""
        if not len(evidence.member):
            return evidence
        located = replace(evidence, member=self.positions(evidence.member))
        return located.without(located.member < 0)


def prepare(conn: Connection) -> None:
    """Make the temporary tables of a run."""
    for statement in _CREATE:
        conn.execute(statement)


def widen(conn: Connection, touched: Integers) -> None:
    """Add to the affected identifiers those of every component that holds a touched one."""
    conn.execute("truncate pg_temp.touched")
    copy_in(conn, "pg_temp.touched", pa.table({"identifier_id": touched}))
    conn.execute("analyze pg_temp.touched")
    conn.execute(_WIDEN)
    conn.execute("analyze pg_temp.affected")


def widen_to_all(conn: Connection) -> None:
    """Make every identifier affected."""
    conn.execute(_WIDEN_TO_ALL)
    conn.execute("analyze pg_temp.affected")


def read_part(conn: Connection, sources: SourceBits) -> StoredPart:
    """Read what is affected, with all its links."""
    links = copy_out(conn, _LINKS, _LINKS_SCHEMA).combine_chunks()
    left_id, right_id = integers(links["left_id"]), integers(links["right_id"])
    affected = integers(copy_out(conn, _AFFECTED, _AFFECTED_SCHEMA)["identifier_id"])
    _involve(conn, np.setdiff1d(np.concatenate((left_id, right_id)), affected))
    conn.execute("insert into pg_temp.involved table pg_temp.affected on conflict do nothing")
    conn.execute("analyze pg_temp.involved")
    part = _read_involved(conn)
    decision = _codes(links["decision"], Decision, UNDECIDED)
    graph = Graph(
        part.state.graph.identifiers,
        Links(
            left=np.searchsorted(part.identifier_id, left_id),
            right=np.searchsorted(part.identifier_id, right_id),
            source_mask=sources.masks(links["sources"], is_list=True),
            **{name: _filled(links[name], LINK_NULLS.get(name, 0)) for name in LINK_COLUMNS},
        ),
    )
    resolution = replace(part.state.resolution, decision=decision)
    return replace(part, state=State(graph, resolution), decision=decision)


def read_identifiers(conn: Connection, identifier_ids: Integers) -> StoredPart:
    """Read identifiers alone, ascending and without links."""
    _involve(conn, identifier_ids)
    return _read_involved(conn)


def _read_involved(conn: Connection) -> StoredPart:
    rows = copy_out(conn, _IDENTIFIERS, _IDENTIFIERS_SCHEMA).unify_dictionaries().combine_chunks()
    identifier_id = integers(rows["identifier_id"])
    undecided = np.empty(0, dtype=np.int8)
    state = begin(_identifiers(rows))
    graph = replace(state.graph, identifiers=_identifiers(rows))
    return StoredPart(
        identifier_id=identifier_id,
        state=State(graph, _resolution(rows, identifier_id, undecided)),
        last_seen=_filled(rows["last_seen"], -1),
        is_affected=flags(rows["is_affected"]),
        decision=undecided,
        epoch=integers(rows["epoch"]),
    )


LINK_NULLS = {
    "first_seen": NEVER,
    "last_seen": -NEVER,
    "first_sample": NEVER,
    "last_sample": -1,
    "statement": NO_STATEMENT,
}
"""What stands for null: in a link that was only stated, and in one that was only seen."""

LINK_COLUMNS = (*LINK_NULLS, "observation_count", "strength", "basis")


def _involve(conn: Connection, ends: Integers) -> None:
    conn.execute("truncate pg_temp.involved")
    copy_in(conn, "pg_temp.involved", pa.table({"identifier_id": ends}))


def _identifiers(rows: pa.Table) -> Identifiers:
    return Identifiers(
        namespace=rows["namespace"].combine_chunks(),
        scope=rows["scope"].combine_chunks(),
        value=rows["value"].combine_chunks(),
        first_seen=_filled(rows["first_seen"], NEVER),
        arrival_day=integers(rows["arrival_day"]),
        born_at=_filled(rows["born_at"], NEVER),
        strength=_filled(rows["strength"], NEVER),
        consent=integers(rows["consent"]).astype(np.int8),
        is_blocked=np.zeros(len(rows), dtype=bool),
    )


def _resolution(rows: pa.Table, identifier_id: Integers, decision: Codes) -> Resolution:
    own = np.arange(len(identifier_id))
    component_id = _filled(rows["component_id"], -1)
    # Outside the affected part a component may be incomplete here; there it is of no interest.
    has_component = flags(rows["is_affected"]) & (component_id >= 0)
    place = np.searchsorted(identifier_id, component_id)
    anchor_id = _filled(rows["anchor_id"], -1)
    anchor = np.searchsorted(identifier_id, anchor_id)
    return Resolution(
        screening=Screening(
            status=_codes(rows["status"], Status, Status.ACTIVE),
            reason=_codes(rows["reason"], StatusReason, StatusReason.NONE),
        ),
        component=np.where(has_component, place, own),
        anchor=np.where(has_component & (anchor_id >= 0), anchor, NO_PROFILE),
        is_known=flags(rows["is_known"]),
        decision=decision,
    )


def _filled(column: pa.ChunkedArray, null: int) -> Integers:
    return integers(column.fill_null(null))


def _codes(names: pa.ChunkedArray, enum: type[Name], null: int) -> Codes:
    column = names.combine_chunks().dictionary_encode()
    known = [enum[name.upper()] for name in column.dictionary.to_pylist()]
    place = integers(column.indices.fill_null(len(known)))
    by_place: Codes = np.array([*known, null], dtype=np.int8)
    return np.asarray(np.take(by_place, place), dtype=np.int8)
