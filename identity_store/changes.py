"""What differs between the stored part and its new resolution, as rows to write."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity_resolution.graph import (
    NEVER,
    Codes,
    Decision,
    Flags,
    Integers,
    Links,
    Resolution,
    Screening,
    Status,
    StatusReason,
)
from identity_resolution.incremental import State
from identity_resolution.links import Evidence, locate
from identity_store.naming import BirthIds
from identity_store.part import LINK_COLUMNS, LINK_NULLS
from identity_store.sources import SourceBits
from identity_store.stored_part import StoredPart
from identity_store.transitions import (
    NO_PROFILE,
    EventKind,
    Profiles,
    transitions,
)

Name: TypeAlias = Decision | Status | StatusReason

BECAUSE = {
    EventKind.CREATED: "identifiers seen for the first time",
    EventKind.IDENTIFIED: "an account, or a verified phone or e-mail, joined",
    EventKind.MERGED: "a link joined it to another profile",
    EventKind.SPLIT: "a link is no longer used",
    EventKind.MOVED: "a more trusted link leads elsewhere",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The stored part and the state after it; last_seen by position."""

    part: StoredPart
    after: State
    last_seen: Integers

    @property
    def is_own(self) -> Flags:
        """Flag the identifiers that this run decides about: affected, and observed at all."""
        return self.part.is_affected & np.not_equal(self.after.graph.identifiers.first_seen, NEVER)

    @property
    def profiles_before(self) -> Profiles:
        """The stored profiles of the affected identifiers."""
        resolution = self.part.state.resolution
        return Profiles(resolution.anchor, resolution.is_known)

    @property
    def profiles_after(self) -> Profiles:
        """Their profiles now."""
        resolution = self.after.resolution
        anchor = np.where(self.is_own, resolution.anchor, NO_PROFILE)
        return Profiles(anchor, resolution.is_known & self.is_own)

    @property
    def anchors(self) -> Integers:
        """The position of every anchor, before or after, ascending."""
        both = np.concatenate((self.profiles_before.anchor, self.profiles_after.anchor))
        return np.setdiff1d(both, [NO_PROFILE])


def latest(last_seen: Integers, evidence: Evidence) -> Integers:
    """Return the last event time of each identifier with `evidence`."""
    latest_seen = last_seen.copy()
    per_member = evidence.last_seen[evidence.row]
    np.maximum.at(latest_seen, evidence.member, per_member)
    return latest_seen


def identifier_rows(outcome: Outcome) -> pa.Table:
    """Return the identifiers whose stored row differs."""
    before, after = outcome.part.state, outcome.after
    old, new = before.graph.identifiers, after.graph.identifiers
    pairs = (
        (old.first_seen, new.first_seen),
        (outcome.part.last_seen, outcome.last_seen),
        (old.strength, new.strength),
        (before.resolution.component, after.resolution.component),
        (before.resolution.screening.status, after.resolution.screening.status),
        (before.resolution.screening.reason, after.resolution.screening.reason),
        (before.resolution.is_contested, after.resolution.is_contested),
    )
    differs = np.any([one != other for one, other in pairs], axis=0)
    rows = np.flatnonzero(differs & outcome.is_own)
    identifier_id = outcome.part.identifier_id
    screening = after.resolution.screening
    return pa.table(
        {
            "identifier_id": identifier_id[rows],
            "first_seen": new.first_seen[rows],
            "last_seen": outcome.last_seen[rows],
            "born_at": new.born_at[rows],
            "strength": new.strength[rows],
            "component_id": identifier_id[after.resolution.component[rows]],
            "status": names(screening.status[rows], Status),
            "reason": names(screening.reason[rows], StatusReason, StatusReason.NONE),
            "is_contested": after.resolution.is_contested[rows],
        }
    )


def sighting_rows(outcome: Outcome) -> pa.Table:
    """Return when identifiers were seen last that were merely seen again."""
    is_later = outcome.last_seen != outcome.part.last_seen
    rows = np.flatnonzero(is_later & ~outcome.part.is_affected)
    columns = {"identifier_id": outcome.part.identifier_id[rows]}
    return pa.table({**columns, "last_seen": outcome.last_seen[rows]})


def link_rows(outcome: Outcome, sources: SourceBits) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return the links that are new, those that differ, and the ends of those that are gone."""
    stored, links = outcome.part.state.graph.links, outcome.after.graph.links
    identifier_id = outcome.part.identifier_id
    place = locate(stored.left, stored.right, links)
    decision = outcome.after.resolution.decision
    differs = np.ones(len(links), dtype=bool)
    had = place >= 0
    differs[had] = decision[had] != outcome.part.decision[place[had]]
    for column in fields(Links):
        one, other = getattr(links, column.name), getattr(stored, column.name)
        differs[had] |= one[had] != other[place[had]]
    new, changed = np.flatnonzero(~had), np.flatnonzero(had & differs)
    is_gone = np.ones(len(stored), dtype=bool)
    is_gone[place[had]] = False
    ends = {"left_id": stored.left, "right_id": stored.right}
    return (
        _link_table(outcome, new, sources),
        _link_table(outcome, changed, sources),
        pa.table({name: identifier_id[end[is_gone]] for name, end in ends.items()}),
    )


def _link_table(outcome: Outcome, rows: Integers, sources: SourceBits) -> pa.Table:
    """Return links as the columns of identity.link."""
    links, decision = outcome.after.graph.links.take(rows), outcome.after.resolution.decision[rows]
    identifier_id = outcome.part.identifier_id
    column = {
        name: pa.array(values := getattr(links, name), mask=values == LINK_NULLS.get(name))
        for name in LINK_COLUMNS
    }
    is_used = pa.array(decision == Decision.USED)
    return pa.table(
        {
            "left_id": identifier_id[links.left],
            "right_id": identifier_id[links.right],
            "first_seen_at": column["first_seen"].cast(_TIME),
            "last_seen_at": column["last_seen"].cast(_TIME),
            "observation_count": column["observation_count"],
            "strength": column["strength"],
            "sources": sources.lists(links.source_mask),
            "sample_record_ids": _samples(column["first_sample"], column["last_sample"]),
            "basis": column["basis"],
            "statement_id": column["statement"],
            "decision": pc.if_else(is_used, "used", "refused"),
            "refusal_reason": names(decision, Decision, Decision.USED),
        }
    )


_TIME = pa.timestamp("s", "UTC")


def _samples(first: pa.Array, last: pa.Array) -> pa.Array:
    """Return `{}`, `{first}` or `{first,last}`."""
    texts = first.cast(pa.string()), last.cast(pa.string())
    both = pc.binary_join_element_wise(*texts, ",")
    inner = pc.if_else(pc.equal(first, last), texts[0], both).fill_null("")
    return pc.binary_join_element_wise("{", inner, "}", "")


def map_rows(outcome: Outcome, ids: BirthIds) -> pa.Table:
    """Return the identifiers that have another profile than before."""
    anchor = outcome.profiles_after.anchor
    rows = np.flatnonzero(outcome.is_own & (anchor != outcome.profiles_before.anchor))
    return pa.table(
        {"identifier_id": outcome.part.identifier_id[rows], "profile_id": ids.of(anchor[rows])}
    )


def profile_rows(outcome: Outcome, ids: BirthIds) -> pa.Table:
    """Return every profile that lost, kept or got affected identifiers, as it is now."""
    resolution = outcome.after.resolution
    now = outcome.profiles_after.anchor
    live, count = np.unique(now[now != NO_PROFILE], return_counts=True)
    retired = np.setdiff1d(outcome.profiles_before.anchor, [NO_PROFILE, *live.tolist()])
    anchors = np.concatenate((live, retired))
    stored = outcome.part.state.resolution
    return pa.table(
        {
            "profile_id": ids.of(anchors),
            "anchor_identifier_id": outcome.part.identifier_id[anchors],
            "kind": pa.concat_arrays([_kinds(resolution, live), _kinds(stored, retired)]),
            "identifier_count": np.concatenate((count, np.zeros(len(retired), dtype=np.int64))),
            "status": pa.array(["active"] * len(live) + ["retired"] * len(retired), pa.string()),
        }
    )


def event_rows(outcome: Outcome, ids: BirthIds) -> pa.Table:
    """Return what happened to profiles."""
    events = list(transitions(outcome.profiles_before, outcome.profiles_after))
    return pa.table(
        {
            "kind": pa.array([str(event.kind) for event in events], pa.string()),
            "from_profile_id": _ids_of((event.from_anchor for event in events), ids),
            "to_profile_id": _ids_of((event.to_anchor for event in events), ids),
            "because": pa.array([BECAUSE[event.kind] for event in events], pa.string()),
        }
    )


def status_changed(outcome: Outcome) -> list[int]:
    """Return the ids of the identifiers that got another status."""
    before: Screening = outcome.part.state.resolution.screening
    changed = outcome.is_own & (before.status != outcome.after.resolution.screening.status)
    ids: list[int] = outcome.part.identifier_id[changed].tolist()
    return ids


def moved(outcome: Outcome) -> Integers:
    """Return the ids of the identifiers that got another profile or status."""
    before = outcome.part.state.resolution.screening.status
    differs = before != outcome.after.resolution.screening.status
    differs |= outcome.profiles_before.anchor != outcome.profiles_after.anchor
    return np.asarray(outcome.part.identifier_id[outcome.is_own & differs])


def names(codes: Codes, enum: type[Name], null: int | None = None) -> pa.Array:
    """Return the lower-case name of each code; null for the code `null`."""
    texts = [None if code == null else code.name.lower() for code in enum]
    return pa.array(texts, pa.string()).take(pa.array(codes))


def _kinds(resolution: Resolution, anchors: Integers) -> pa.Array:
    is_active = resolution.screening.is_active[anchors]
    kind = np.where(resolution.is_known[anchors], "known", "anonymous")
    return pa.array(np.where(is_active, kind, "shared_device").tolist(), pa.string())


def _ids_of(anchors: Iterable[int], ids: BirthIds) -> pa.Array:
    position = pa.array(
        [None if anchor == NO_PROFILE else anchor for anchor in anchors], pa.int64()
    )
    return ids.birth_id.take(pc.index_in(position, pa.array(ids.position)))
