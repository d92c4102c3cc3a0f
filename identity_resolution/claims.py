"""What is stated about identifiers, by people and by sources, beside being seen together.

A source states with its observations: `unbind` voids what was seen of a pair and keeps it apart
until a later `bind`; `alias` says that two values are one account.
"""

from dataclasses import dataclass, replace

import numpy as np

from identity_resolution.graph import (
    BY_A_SOURCE,
    NO_STATEMENT,
    NONE_APART,
    Apart,
    Codes,
    Flags,
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
    stated_links,
)

_NO_VOIDS = Voids(NONE_APART.number, NONE_APART.number, NONE_APART.number)


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything stated about the identifiers of a graph, by position.

    same: links that are forced, see `stated_links`. voids: pairs whose earlier evidence is void.
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
    said = stated_links(aliases.left, aliases.right, np.full(len(aliases), BY_A_SOURCE))
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
    is_rebound = bind >= 0
    is_rebound[is_rebound] = binds.last_seen[bind[is_rebound]] > ends.last_seen[is_rebound]
    return Voids(ends.left, ends.right, ends.last_seen), ~is_rebound


def evidence_of(links: Links) -> Links:
    """Return `links` as they were before any statement."""
    seen = links.take(links.observation_count > 0)
    return replace(seen, statement=np.full(len(seen), NO_STATEMENT, dtype=np.int64))
