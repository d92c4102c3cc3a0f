"""Resolve step by step: new evidence changes only the components it touches.

After any sequence of steps the state equals that of one step over everything, because a plain
component is widened to before it is resolved again, and what lies outside cannot notice.
"""

from dataclasses import dataclass, replace

import numpy as np

from identity_resolution.graph import (
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
    part_around,
)
from identity_resolution.links import Evidence, combine, empty_links, link
from identity_resolution.resolution import resolve
from identity_resolution.rules import Rules
from identity_resolution.screening import screen

NEVER = np.iinfo(np.int64).max
"""first_seen of an identifier that is in the dictionary but was not observed yet."""


@dataclass(frozen=True, slots=True)
class State:
    """A graph and what is decided about it so far."""

    graph: Graph
    resolution: Resolution


def begin(identifiers: Identifiers) -> State:
    """Return the state before any evidence: every identifier stands alone."""
    size = len(identifiers)
    never = np.full(size, NEVER, dtype=np.int64)
    alone = np.arange(size, dtype=np.int64)
    resolution = Resolution(
        screening=Screening(
            status=np.full(size, Status.ACTIVE, dtype=np.int8),
            reason=np.full(size, StatusReason.NONE, dtype=np.int8),
        ),
        component=alone,
        anchor=alone.copy(),
        is_known=np.zeros(size, dtype=bool),
        decision=np.empty(0, dtype=np.int8),
    )
    unseen = replace(
        identifiers, first_seen=never, born_at=never, arrival_day=never, strength=never
    )
    return State(Graph(unseen, empty_links()), resolution)


@dataclass(frozen=True, slots=True)
class Change:
    """A state with new evidence in it that is not resolved yet.

    graph, screening: as they are with the evidence. touched: both ends of all new links, every
    identifier whose status changed, and all neighbours of those.
    """

    graph: Graph
    screening: Screening
    touched: Flags


def advance(state: State, evidence: Evidence, arrival_day: int, rules: Rules) -> State:
    """Return the state after `evidence`, which arrived in the load of logical day `arrival_day`."""
    is_new = state.graph.identifiers.first_seen == NEVER
    change = absorb(state, evidence, rules)
    seen = change.graph.identifiers
    is_new &= seen.first_seen != NEVER
    identifiers = replace(seen, arrival_day=np.where(is_new, arrival_day, seen.arrival_day))
    return settle(
        state, replace(change, graph=replace(change.graph, identifiers=identifiers)), rules
    )


def absorb(state: State, evidence: Evidence, rules: Rules) -> Change:
    """Return `state` with `evidence` in it, identifiers screened again."""
    links = combine([state.graph.links, link(evidence)])
    graph = Graph(_sighted(state.graph.identifiers, evidence), links)
    touched = np.zeros(len(graph.identifiers), dtype=bool)
    touched[evidence.member] = True
    screening = rescreen(graph, state.resolution.screening, touched, rules)
    changed = screening.status != state.resolution.screening.status
    return Change(graph, screening, touched | changed | _is_neighbour(links, changed))


def settle(state: State, change: Change, rules: Rules) -> State:
    """Return the state after `change`: affected components resolved again, all else as before."""
    affected = is_affected(state.resolution.component, change.touched)
    links, decision = state.graph.links, state.resolution.decision
    before = replace(state.resolution, decision=_carried(links, decision, change.graph.links))
    resolution = _resolve_affected(change.graph, before, change.screening, affected, rules)
    return State(change.graph, resolution)


def is_affected(component: Integers, touched: Flags) -> Flags:
    """Flag every identifier whose component, as it was before, holds a touched one.

    Nothing narrower is exact: a profile outside may depend on a link that was refused.
    """
    is_hit = np.zeros(len(component), dtype=bool)
    is_hit[component[touched]] = True
    return is_hit[component]


def rescreen(graph: Graph, screening: Screening, touched: Flags, rules: Rules) -> Screening:
    """Screen the touched identifiers again; the others keep their status."""
    part = part_around(graph, touched)
    fresh = screen(part.graph, rules)
    is_own = touched[part.identifier_rows]
    status, reason = screening.status.copy(), screening.reason.copy()
    status[part.identifier_rows[is_own]] = fresh.status[is_own]
    reason[part.identifier_rows[is_own]] = fresh.reason[is_own]
    return Screening(status=status, reason=reason)


def _sighted(identifiers: Identifiers, evidence: Evidence) -> Identifiers:
    per_member = np.repeat(evidence.first_seen, np.diff(evidence.offset))
    first_seen, strength = identifiers.first_seen.copy(), identifiers.strength.copy()
    np.minimum.at(first_seen, evidence.member, per_member)
    np.minimum.at(strength, evidence.member, evidence.member_strength)
    is_unborn = identifiers.born_at == NEVER
    born_at = np.where(is_unborn, first_seen, identifiers.born_at)
    return replace(identifiers, first_seen=first_seen, strength=strength, born_at=born_at)


def _is_neighbour(links: Links, changed: Flags) -> Flags:
    is_neighbour = np.zeros(len(changed), dtype=bool)
    is_neighbour[links.right[changed[links.left]]] = True
    is_neighbour[links.left[changed[links.right]]] = True
    return is_neighbour


def _carried(before: Links, decision: Codes, after: Links) -> Codes:
    """Return the decisions of the links of `before` at their places in `after`."""
    base = int(after.right.max(initial=0)) + 1
    place = np.searchsorted(after.left * base + after.right, before.left * base + before.right)
    carried = np.full(len(after), Decision.USED, dtype=np.int8)
    carried[place] = decision
    return carried


def _resolve_affected(
    graph: Graph, before: Resolution, screening: Screening, affected: Flags, rules: Rules
) -> Resolution:
    """Resolve the affected part again and leave the rest of `before` as it is."""
    part = part_around(graph, affected)
    rows = part.identifier_rows
    part_screening = Screening(screening.status[rows], screening.reason[rows])
    fresh = resolve(part.graph, rules, part_screening)
    is_own = affected[rows]
    own = rows[is_own]
    component, anchor = before.component.copy(), before.anchor.copy()
    is_known, decision = before.is_known.copy(), before.decision.copy()
    component[own] = rows[fresh.component[is_own]]
    anchor[own] = rows[fresh.anchor[is_own]]
    is_known[own] = fresh.is_known[is_own]
    decision[part.link_rows] = fresh.decision
    return Resolution(screening, component, anchor, is_known, decision)
