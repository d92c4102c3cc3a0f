"""Resolution of a log that is held in memory: the warehouse's steps without a warehouse."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from identity_resolution.claims import Claims, no_claims, with_source_claims
from identity_resolution.graph import NEVER, Flags, Identifiers, Integers, Links
from identity_resolution.incremental import News, State, absorb, begin, settle
from identity_resolution.links import Evidence, concatenate, no_evidence
from identity_resolution.rules import Rules


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Erasures: what was seen of `identifier` up to and at `erased_at` is forgotten.

    source: the only source that is forgotten, or -1 for all.
    """

    identifier: Integers
    source: Integers
    erased_at: Integers


_NOTHING = np.empty(0, dtype=np.int64)
NO_TOMBSTONES = Tombstones(_NOTHING, _NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A log and its resolution. stated, tombstones: what stewards said, apart from the log."""

    log: Evidence
    state: State
    stated: Claims
    tombstones: Tombstones = NO_TOMBSTONES


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrives in one load: sets, their logical day, and all statements as they stand now."""

    evidence: Evidence
    arrival_day: int
    stated: Claims
    tombstones: Tombstones = NO_TOMBSTONES


def open_ledger(identifiers: Identifiers) -> Ledger:
    """Return the ledger before any load."""
    return Ledger(no_evidence(), begin(identifiers), no_claims(len(identifiers)))


def advance(ledger: Ledger, delivery: Delivery, rules: Rules) -> Ledger:
    """Return the ledger after `delivery`."""
    tombstones = delivery.tombstones
    evidence = forget(delivery.evidence, tombstones)
    log = concatenate(forget(ledger.log, tombstones), evidence)
    erased = _is_newly_erased(ledger.tombstones, tombstones, len(ledger.stated.consent))
    state = _forgotten(ledger.state, log, erased)
    claims = with_source_claims(delivery.stated, log)
    news = News(
        evidence=evidence,
        claims=claims,
        recall=partial(holding, log),
        changed=erased | _differs(ledger.stated, delivery.stated),
        recounted=erased,
    )
    change = absorb(state, news, rules)
    seen = change.graph.identifiers
    is_new = (seen.arrival_day == NEVER) & (seen.first_seen != NEVER)
    born = replace(seen, arrival_day=np.where(is_new, delivery.arrival_day, seen.arrival_day))
    change = replace(change, graph=replace(change.graph, identifiers=born))
    return Ledger(log, settle(state, change, rules), delivery.stated, tombstones)


def holding(evidence: Evidence, is_wanted: Flags) -> Evidence:
    """Return the sets with at least one of the identifiers flagged."""
    return evidence.take(np.unique(evidence.row[is_wanted[evidence.member]]))


def forget(evidence: Evidence, tombstones: Tombstones) -> Evidence:
    """Return `evidence` without the members that a tombstone covers."""
    is_dropped = np.zeros(len(evidence.member), dtype=bool)
    at, mask = evidence.last_seen[evidence.row], evidence.source_mask[evidence.row]
    stones = (tombstones.identifier, tombstones.source, tombstones.erased_at)
    for identifier, source, erased_at in zip(*(s.tolist() for s in stones), strict=True):
        is_hit = (evidence.member == identifier) & (at <= erased_at)
        is_dropped |= is_hit if source < 0 else is_hit & (mask == 1 << source)
    return evidence.without(is_dropped)


def _is_newly_erased(before: Tombstones, after: Tombstones, size: int) -> Flags:
    known = set(zip(*(column.tolist() for column in _columns(before)), strict=True))
    erased = np.zeros(size, dtype=bool)
    for stone in zip(*(column.tolist() for column in _columns(after)), strict=True):
        if stone not in known:
            erased[stone[0]] = True
    return erased


def _columns(stones: Tombstones) -> tuple[Integers, Integers, Integers]:
    return stones.identifier, stones.source, stones.erased_at


def _forgotten(state: State, log: Evidence, erased: Flags) -> State:
    """Return `state` as if of the erased identifiers only `log` had ever been seen.

    Whoever is not in the log any more begins a new life: arrival and birth are open again.
    """
    if not erased.any():
        return state
    left = holding(log, erased)
    identifiers = state.graph.identifiers
    first_seen = np.where(erased, NEVER, identifiers.first_seen)
    strength = np.where(erased, NEVER, identifiers.strength)
    is_own = erased[left.member]
    np.minimum.at(first_seen, left.member[is_own], left.first_seen[left.row[is_own]])
    np.minimum.at(strength, left.member[is_own], left.member_strength[is_own])
    is_gone = first_seen == NEVER
    identifiers = replace(
        identifiers,
        first_seen=first_seen,
        strength=strength,
        arrival_day=np.where(is_gone, NEVER, identifiers.arrival_day),
        born_at=np.where(is_gone, NEVER, identifiers.born_at),
    )
    return replace(state, graph=replace(state.graph, identifiers=identifiers))


def _differs(before: Claims, after: Claims) -> Flags:
    """Flag whoever is named by a statement that was made or withdrawn in between."""
    differs: Flags = np.not_equal(before.consent, after.consent)
    differs |= np.not_equal(before.is_blocked, after.is_blocked)
    for one, other in ((before, after), (after, before)):
        known = _statements(other)
        for _, *named in _statements(one) - known:
            differs[named] = True
    return differs


def _statements(claims: Claims) -> set[tuple[int, ...]]:
    """Return what is said and of whom: a number that tells statement and side, then identifiers."""
    same: Links = claims.same
    found = set(zip(same.statement.tolist(), same.left.tolist(), same.right.tolist(), strict=True))
    apart = claims.apart
    said = apart.number * 4 + apart.side
    return found | set(zip(said.tolist(), apart.identifier.tolist(), strict=True))
