"""Read the part of the graph that a run may change, as columns.

The part is: the covered identifiers, all links that touch them, and whoever is at the other end.
"""

from dataclasses import replace
from typing import LiteralString, TypeAlias

import numpy as np
import pyarrow as pa

from identity_resolution.graph import (
    NEVER,
    NO_STATEMENT,
    Codes,
    Decision,
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
from identity_store.extent import widen_to_all
from identity_store.sources import SourceBits
from identity_store.stored_part import StoredPart
from identity_store.transitions import NO_PROFILE
from warehouse.columns import copy_in, copy_out
from warehouse.connection import Connection

Name: TypeAlias = Decision | Status | StatusReason

UNDECIDED = -1
"""In place of a `Decision`: the link is new."""

_LINK_COLUMNS = """
    l.left_id, l.right_id,
    date_part('epoch', l.first_seen_at)::bigint, date_part('epoch', l.last_seen_at)::bigint,
    l.observation_count, l.strength, l.sources,
    l.sample_record_ids[1], l.sample_record_ids[cardinality(l.sample_record_ids)],
    l.basis, l.statement_id,
    coalesce(l.refusal_reason, l.decision)
"""
_LINKS = f"""
select {_LINK_COLUMNS}
from pg_temp.covered as c
inner join identity.link as l on c.identifier_id = l.left_id
union all
select {_LINK_COLUMNS}
from pg_temp.covered as c
inner join identity.link as l on c.identifier_id = l.right_id
where not exists (select from pg_temp.covered as b where b.identifier_id = l.left_id)
"""  # noqa: S608 - constants of this module
_ALL_LINKS = f"select {_LINK_COLUMNS} from identity.link as l"  # noqa: S608
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

_COVERED = "select identifier_id from pg_temp.covered"
_COVERED_SCHEMA = pa.schema([("identifier_id", pa.int64())])
_IDENTIFIER_COLUMNS = """
    i.identifier_id, i.namespace, i.scope, i.value, i.arrival_day - date '1970-01-01',
    date_part('epoch', i.first_seen_at)::bigint, date_part('epoch', i.last_seen_at)::bigint,
    date_part('epoch', i.born_at)::bigint, i.best_strength, i.consent, i.epoch, i.component_id,
    i.status, i.reason, i.is_contested
"""
_PROFILE_COLUMNS = "p.anchor_identifier_id, coalesce(p.kind = 'known', false)"
# Only the profiles of the affected are asked for.
_IDENTIFIERS = f"""
select
    {_IDENTIFIER_COLUMNS}, {_PROFILE_COLUMNS},
    c.identifier_id is not null, a.identifier_id is not null
from pg_temp.involved as v
inner join identity.identifier as i on v.identifier_id = i.identifier_id
left join pg_temp.covered as c on v.identifier_id = c.identifier_id
left join pg_temp.affected as a on v.identifier_id = a.identifier_id
left join identity.identifier_profile as m
    on a.identifier_id = m.identifier_id and m.valid_to is null
left join identity.profile as p on m.profile_id = p.profile_id
"""  # noqa: S608 - constants of this module
_ASKED_IDENTIFIERS = f"""
select {_IDENTIFIER_COLUMNS}, null, false, false, false
from pg_temp.asked as v
inner join identity.identifier as i on v.identifier_id = i.identifier_id
"""  # noqa: S608 - constants of this module
_ALL_IDENTIFIERS = f"""
select {_IDENTIFIER_COLUMNS}, {_PROFILE_COLUMNS}, true, true
from identity.identifier as i
left join identity.identifier_profile as m
    on i.identifier_id = m.identifier_id and m.valid_to is null
left join identity.profile as p on m.profile_id = p.profile_id
"""  # noqa: S608 - constants of this module
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
        ("is_contested", pa.bool_()),
        ("anchor_id", pa.int64()),
        ("is_known", pa.bool_()),
        ("is_covered", pa.bool_()),
        ("is_affected", pa.bool_()),
    ]
)


def read_part(conn: Connection, sources: SourceBits) -> StoredPart:
    """Read what is covered, with all its links."""
    conn.execute("truncate pg_temp.involved")
    links = copy_out(conn, _LINKS, _LINKS_SCHEMA).combine_chunks()
    covered = integers(copy_out(conn, _COVERED, _COVERED_SCHEMA)["identifier_id"])
    ends = np.concatenate((integers(links["left_id"]), integers(links["right_id"])))
    strangers = pa.table({"identifier_id": np.setdiff1d(ends, covered)})
    copy_in(conn, "pg_temp.involved", strangers)
    conn.execute("insert into pg_temp.involved table pg_temp.covered")
    conn.execute("analyze pg_temp.involved")
    return _with_links(_read_identifiers(conn, _IDENTIFIERS), links, sources)


def read_everything(conn: Connection, sources: SourceBits) -> StoredPart:
    """Make every identifier affected and read all of them, with all links."""
    widen_to_all(conn)
    links = copy_out(conn, _ALL_LINKS, _LINKS_SCHEMA).combine_chunks()
    return _with_links(_read_identifiers(conn, _ALL_IDENTIFIERS), links, sources)


def read_identifiers(conn: Connection, identifier_ids: Integers) -> StoredPart:
    """Read identifiers alone, ascending, without links or profiles."""
    conn.execute("truncate pg_temp.asked")
    copy_in(conn, "pg_temp.asked", pa.table({"identifier_id": identifier_ids}))
    conn.execute("analyze pg_temp.asked")
    return _read_identifiers(conn, _ASKED_IDENTIFIERS)


def _with_links(part: StoredPart, links: pa.Table, sources: SourceBits) -> StoredPart:
    decision = _codes(links["decision"], Decision, UNDECIDED)
    graph = Graph(
        part.state.graph.identifiers,
        Links(
            left=np.searchsorted(part.identifier_id, integers(links["left_id"])),
            right=np.searchsorted(part.identifier_id, integers(links["right_id"])),
            source_mask=sources.masks(links["sources"], is_list=True),
            **{name: _filled(links[name], LINK_NULLS.get(name, 0)) for name in LINK_COLUMNS},
        ),
    )
    resolution = replace(part.state.resolution, decision=decision)
    return replace(part, state=State(graph, resolution), decision=decision)


def _read_identifiers(conn: Connection, query: LiteralString) -> StoredPart:
    rows = copy_out(conn, query, _IDENTIFIERS_SCHEMA).unify_dictionaries().combine_chunks()
    rows = rows.take(np.argsort(integers(rows["identifier_id"])))
    identifier_id = integers(rows["identifier_id"])
    undecided = np.empty(0, dtype=np.int8)
    state = begin(_identifiers(rows))
    graph = replace(state.graph, identifiers=_identifiers(rows))
    return StoredPart(
        identifier_id=identifier_id,
        state=State(graph, _resolution(rows, identifier_id, undecided)),
        last_seen=_filled(rows["last_seen"], -1),
        is_covered=flags(rows["is_covered"]),
        is_affected=flags(rows["is_affected"]),
        decision=undecided,
        epoch=integers(rows["epoch"]),
        counts_as=np.arange(len(rows)),
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
        is_contested=flags(rows["is_contested"]),
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
