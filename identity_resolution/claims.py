"""What is stated about identifiers, by people and by sources, beside being seen together.

A source states with its observations: `unbind` voids what was seen of a pair and keeps it apart
until a later `bind`; `alias` says that two values are one account.
"""

from dataclasses import dataclass, replace

import numpy as np

from identity_resolution.graph import (
    BY_A_SOURCE,
    NEVER,
    NO_STATEMENT,
    NONE_APART,
    Apart,
    Codes,
    Flags,
    Integers,
    Links,
)
from identity_resolution.links import (
    Evidence,
    Kind,
    Voids,
    combine,
    empty_links,
    link,
    locate,
    pairs,
)
from identity_resolution.rules import Basis

_BEYOND_ANY_STRENGTH = 9
_NO_VOIDS = Voids(NONE_APART.number, NONE_APART.number, NONE_APART.number)


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything stated about the identifiers of a graph, by position.

    same: links that are forced, see `same_links`. voids: pairs whose earlier evidence is void.
    consent, is_blocked: of each identifier.
    """

    same: Links
    apart: Apart
    voids: Voids
    consent: Codes
    is_blocked: Flags


def no_claims(size: int) -> Claims:
    """Return claims that say nothing about `size` identifiers."""
    return Claims(
        same=empty_links(),
        apart=NONE_APART,
        voids=_NO_VOIDS,
        consent=np.zeros(size, dtype=np.int8),
        is_blocked=np.zeros(size, dtype=bool),
    )


def with_source_claims(claims: Claims, evidence: Evidence) -> Claims:
    """Add what sources stated; `evidence` holds their observations, a row a moment."""
    voids, is_apart = _unbound(evidence)
    number = np.arange(len(voids.left))[is_apart]
    left, right = voids.left[is_apart], voids.right[is_apart]
    aliases = link(evidence.take(evidence.kind == Kind.ALIAS), voids)
    said = same_links(aliases.left, aliases.right, np.full(len(aliases), BY_A_SOURCE))
    apart = Apart(
        # Stewards count their statements from 1, so these numbers are free.
        number=np.concatenate((claims.apart.number, -1 - number, -1 - number)),
        identifier=np.concatenate((claims.apart.identifier, left, right)),
        side=np.concatenate((claims.apart.side, np.repeat([-1, 1], len(left)))),
    )
    return replace(claims, same=combine([claims.same, said]), apart=apart, voids=voids)


def _unbound(evidence: Evidence) -> tuple[Voids, Flags]:
    """Return the pairs ever unbound, until when, and whether no later bind joined them again."""
    ends = combine([pairs(evidence, evidence.kind == Kind.UNBIND)])
    binds = combine([pairs(evidence, evidence.kind == Kind.BIND)])
    bind = locate(binds.left, binds.right, ends)
    is_rebound = (bind >= 0) & (binds.last_seen[bind] > ends.last_seen) if len(binds) else bind >= 0
    return Voids(ends.left, ends.right, ends.last_seen), ~is_rebound


def same_links(left: Integers, right: Integers, number: Integers) -> Links:
    """Return pairs that statement `number` joins, as links without any evidence.

    Their times and counts are such that combining them with evidence leaves the evidence as it is.
    """
    size = len(left)
    return Links(
        left=np.minimum(left, right),
        right=np.maximum(left, right),
        first_seen=np.full(size, NEVER, dtype=np.int64),
        last_seen=np.full(size, -NEVER, dtype=np.int64),
        observation_count=np.zeros(size, dtype=np.int64),
        strength=np.full(size, _BEYOND_ANY_STRENGTH, dtype=np.int64),
        source_mask=np.zeros(size, dtype=np.int64),
        first_sample=np.full(size, NEVER, dtype=np.int64),
        last_sample=np.full(size, -1, dtype=np.int64),
        basis=np.full(size, Basis.NONE, dtype=np.int64),
        statement=number,
    )


def evidence_of(links: Links) -> Links:
    """Return `links` as they were before any statement."""
    seen = links.take(links.observation_count > 0)
    return replace(seen, statement=np.full(len(seen), NO_STATEMENT, dtype=np.int64))


def claims_about(claims: Claims, is_inside: Flags) -> Claims:
    """Return `claims` without the pairs that have no end inside."""
    same, voids = claims.same, claims.voids
    is_void = is_inside[voids.left] | is_inside[voids.right]
    return replace(
        claims,
        same=same.take(is_inside[same.left] | is_inside[same.right]),
        voids=Voids(voids.left[is_void], voids.right[is_void], voids.until[is_void]),
    )
