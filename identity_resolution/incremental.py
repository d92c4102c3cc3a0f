"""Resolve step by step: new evidence and new claims change only the components they touch.

After any sequence of steps the state equals that of one step over everything, because a plain
component is widened to before it is resolved again, and what lies outside cannot notice. A link
that is merely seen again stirs nothing: how often and when last counts only where a rule bites.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from identity_resolution.claims import Claims, evidence_of
from identity_resolution.graph import (
    NEVER,
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
from identity_resolution.links import STATED, Evidence, combine, empty_links, link, locate
from identity_resolution.resolution import resolve
from identity_resolution.rules import Rules, RuleTable, tabulate
from identity_resolution.screening import Measures, judge, measure
from identity_resolution.sightings import find_sightings, owner_changes

Recall = Callable[[Flags], Evidence]
"""Gives the whole log of the identifiers flagged: every set with one of them, a row a moment."""


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
        is_contested=np.zeros(size, dtype=bool),
        decision=np.empty(0, dtype=np.int8),
    )
    unseen = replace(
        identifiers, first_seen=never, born_at=never, arrival_day=never, strength=never
    )
    return State(Graph(unseen, empty_links()), resolution)


@dataclass(frozen=True, slots=True)
class News:
    """What a step brings.

    evidence: new sets. claims: everything stated, also what was stated before. recall: the log,
    the new evidence in it. changed: identifiers whose claims, or whose old evidence, are not what
    they were. recounted: those of them whose links must be counted again from the log.
    """

    evidence: Evidence
    claims: Claims
    recall: Recall
    changed: Flags
    recounted: Flags


@dataclass(frozen=True, slots=True)
class Change:
    """A state with news in it that is not resolved yet.

    graph, screening: as they are with the news. touched: whoever the news name, every identifier
    whose status changed, and all neighbours of those. stirred: those of them whose components must
    be resolved again.
    """

    graph: Graph
    screening: Screening
    touched: Flags
    stirred: Flags


def absorb(state: State, news: News, rules: Rules) -> Change:
    """Return `state` with `news` in it, identifiers screened again."""
    identifiers = replace(
        _sighted(state.graph.identifiers, news.evidence),
        consent=news.claims.consent,
        is_blocked=news.claims.is_blocked,
    )
    same, is_seen = news.claims.same, identifiers.first_seen != NEVER
    same = same.take(is_seen[same.left] & is_seen[same.right])
    links = combine([_counted(state.graph.links, news), same])
    graph = Graph(identifiers, links, news.claims.apart)
    stirred = news.changed | _is_neighbour(state.graph.links, news.changed)
    touched = stirred.copy()
    touched[news.evidence.member] = True
    screening = _rescreen(graph, state.resolution.screening, touched, news, rules)
    changed = screening.status != state.resolution.screening.status
    changed |= _is_neighbour(links, changed)
    stirred |= changed | (screening.reason != state.resolution.screening.reason)
    stirred |= touched & state.resolution.is_contested
    stirred |= _is_told_anew(state.graph, graph, news.evidence)
    return Change(graph, screening, touched | changed, stirred)


def settle(state: State, change: Change, rules: Rules) -> State:
    """Return the state after `change`: affected components resolved again, all else as before."""
    affected = is_affected(state.resolution.component, change.stirred)
    links, decision = state.graph.links, state.resolution.decision
    before = replace(state.resolution, decision=_carried(links, decision, change.graph.links))
    resolution = _resolve_affected(change.graph, before, change.screening, affected, rules)
    return State(change.graph, resolution)


def is_affected(component: Integers, stirred: Flags) -> Flags:
    """Flag every identifier whose component, as it was before, holds a stirred one.

    Nothing narrower is exact: a profile outside may depend on a link that was refused.
    """
    is_hit = np.zeros(len(component), dtype=bool)
    is_hit[component[stirred]] = True
    return is_hit[component]


def _is_told_anew(before: Graph, after: Graph, evidence: Evidence) -> Flags:
    """Flag whom a source states about, and who differs, or whose link does, in what decides."""
    old, new, stored = before.identifiers, after.identifiers, before.links
    is_told = (old.first_seen != new.first_seen) | (old.strength != new.strength)
    is_told[evidence.member[np.isin(evidence.kind, STATED)[evidence.row]]] = True
    place = locate(stored.left, stored.right, after.links)
    is_same = place >= 0
    # A link that was only stated has a strength that no evidence has.
    decides = [(of.strength, of.basis, of.statement) for of in (after.links, stored)]
    for now, was in zip(*decides, strict=True):
        is_same[is_same] = now[is_same] == was[place[is_same]]
    is_kept = np.zeros(len(stored), dtype=bool)
    is_kept[place[is_same]] = True
    for links in (after.links.take(~is_same), stored.take(~is_kept)):
        is_told[links.left] = is_told[links.right] = True
    return np.asarray(is_told)


def _counted(links: Links, news: News) -> Links:
    """Return the links by evidence: those of `links` and of the news, some counted again."""
    old, new = evidence_of(links), link(news.evidence)
    voids = news.claims.voids
    is_asked = news.recounted.copy()
    is_asked[voids.left] = True
    if not is_asked.any():
        return combine([old, new])
    again = link(news.recall(is_asked), voids)
    kept = [part.take(~_is_recounted(part, news)) for part in (old, new)]
    return combine([*kept, again.take(_is_recounted(again, news))])


def _is_recounted(links: Links, news: News) -> Flags:
    voids = news.claims.voids
    is_void = locate(voids.left, voids.right, links) >= 0
    return np.asarray(is_void | news.recounted[links.left] | news.recounted[links.right])


def _rescreen(
    graph: Graph, screening: Screening, touched: Flags, news: News, rules: Rules
) -> Screening:
    """Screen the touched identifiers again; the others keep their status."""
    part = part_around(graph, touched)
    rows = part.identifier_rows
    is_own = touched[rows]
    identifiers = part.graph.identifiers
    table = tabulate(rules, identifiers.namespaces)
    found = measure(part.graph, rules)
    is_asked = np.zeros(len(touched), dtype=bool)
    is_asked[rows] = is_own & _may_be_shared(identifiers, found, table)
    changes = _owner_changes(graph.identifiers, is_asked, news, table)
    fresh = judge(identifiers, found, rules, changes[rows])
    status, reason = screening.status.copy(), screening.reason.copy()
    status[rows[is_own]] = fresh.status[is_own]
    reason[rows[is_own]] = fresh.reason[is_own]
    return Screening(status=status, reason=reason)


def _may_be_shared(identifiers: Identifiers, found: Measures, table: RuleTable) -> Flags:
    """Flag identifiers seen with two accounts of a kind; who is quarantined anyway is not asked."""
    namespace = identifiers.namespace_code
    is_fine = found.accounts <= table.max_persons[namespace]
    is_fine &= found.degree <= table.max_degree[namespace]
    return is_fine & (found.accounts > 1) & ~table.is_account[namespace]


def _owner_changes(
    identifiers: Identifiers, is_asked: Flags, news: News, table: RuleTable
) -> Integers:
    if not is_asked.any():
        return np.zeros(len(is_asked), dtype=np.int64)
    seen = find_sightings(identifiers, news.recall(is_asked), news.claims, table)
    return np.where(is_asked, owner_changes(identifiers, seen), 0)


def _sighted(identifiers: Identifiers, evidence: Evidence) -> Identifiers:
    per_member = evidence.first_seen[evidence.row]
    first_seen, strength = identifiers.first_seen.copy(), identifiers.strength.copy()
    np.minimum.at(first_seen, evidence.member, per_member)
    np.minimum.at(strength, evidence.member, evidence.member_strength)
    is_unborn = identifiers.born_at == NEVER
    born_at = np.where(is_unborn, first_seen, identifiers.born_at)
    return replace(identifiers, first_seen=first_seen, strength=strength, born_at=born_at)


def _is_neighbour(links: Links, changed: Flags) -> Flags:
    is_neighbour = np.zeros(len(changed), dtype=bool)
    one, other = links.both_ways()
    is_neighbour[other[changed[one]]] = True
    return is_neighbour


def _carried(before: Links, decision: Codes, after: Links) -> Codes:
    """Return the decisions of the links of `before` for those of `after`."""
    place = locate(before.left, before.right, after)
    carried = np.full(len(after), Decision.USED, dtype=np.int8)
    carried[place >= 0] = decision[place[place >= 0]]
    return carried


def _resolve_affected(
    graph: Graph, before: Resolution, screening: Screening, affected: Flags, rules: Rules
) -> Resolution:
    """Resolve the affected part again and leave the rest of `before` as it is."""
    part = part_around(graph, affected)
    rows = part.identifier_rows
    fresh = resolve(part.graph, rules, screening.take(rows))
    is_own = affected[rows]
    own = rows[is_own]
    component, anchor = before.component.copy(), before.anchor.copy()
    is_known, is_contested = before.is_known.copy(), before.is_contested.copy()
    decision = before.decision.copy()
    component[own] = rows[fresh.component[is_own]]
    anchor[own] = rows[fresh.anchor[is_own]]
    is_known[own] = fresh.is_known[is_own]
    is_contested[own] = fresh.is_contested[is_own]
    decision[part.link_rows] = fresh.decision
    return Resolution(screening, component, anchor, is_known, is_contested, decision)
