"""The ordered pass: unite along links in their order of trust unless a rule would break.

This is the only place where rows are walked one by one; it sees only the links of components in
which a rule bites.
"""

from dataclasses import dataclass

import numpy as np

from identity_resolution.graph import NO_STATEMENT, Apart, Codes, Decision, Flags, Integers, Links
from identity_resolution.rules import NO_LIMIT


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a profile may hold, by identifier.

    group: identifiers of one group are counted together, -1 where nothing is counted.
    limit: how many of its group a profile may hold within window_seconds of first_seen.
    is_weak: may not join two sides that both hold something else.
    rank: how far the namespace is trusted, 1 most.
    apart: who must not share a profile.
    """

    group: Integers
    limit: Integers
    window_seconds: Integers
    first_seen: Integers
    is_weak: Flags
    rank: Integers
    apart: Apart


def order_of_trust(links: Links, rules: Constraints, byte_rank: Integers) -> Integers:
    """Return the positions of `links` from the most to the least trusted.

    What a statement forces comes first, a link over a weak identifier last; then strength,
    the rank of the less trusted end, the newest sighting, and the bytes of both ends (`byte_rank`,
    the smaller end first), which no two links share. Nothing else may have a say, or two machines
    would disagree.
    """
    left, right = links.left, links.right
    ends = byte_rank[left], byte_rank[right]
    return np.lexsort(
        (
            np.maximum(*ends),
            np.minimum(*ends),
            -links.last_seen,
            np.maximum(rules.rank[left], rules.rank[right]),
            links.strength,
            rules.is_weak[left] | rules.is_weak[right],
            links.statement == NO_STATEMENT,
        )
    )


def unite_in_order(links: Links, order: Integers, rules: Constraints) -> tuple[Integers, Codes]:
    """Walk `links` in `order`; return one label a cluster for each identifier, and the decisions.

    What may not be united now may never be united: clusters only grow, and every rule that a part
    breaks is broken by the whole. So one pass is enough.
    """
    forest = _Forest(rules)
    decision = np.empty(len(links), dtype=np.int8)
    is_stated = links.statement[order] != NO_STATEMENT
    stated, other = order[is_stated], order[~is_stated]
    for rows, unite in ((stated, forest.unite_as_one), (other, forest.unite)):
        walk = zip(
            rows.tolist(), links.left[rows].tolist(), links.right[rows].tolist(), strict=True
        )
        for row, left, right in walk:
            decision[row] = unite(left, right)
    return forest.labels(), decision


class _Forest:
    """Disjoint sets that remember what they hold."""

    def __init__(self, rules: Constraints) -> None:
        self._parent = list(range(len(rules.group)))
        self._size = [1] * len(rules.group)
        self._is_solid: list[bool] = (~rules.is_weak).tolist()
        counted = zip(rules.group.tolist(), rules.first_seen.tolist(), strict=True)
        self._held: list[dict[int, list[int]]] = [
            {group: [first_seen]} if group >= 0 else {} for group, first_seen in counted
        ]
        limited = np.flatnonzero(rules.group >= 0)
        groups = rules.group[limited].tolist()
        self._limit: dict[int, int] = dict(zip(groups, rules.limit[limited].tolist(), strict=True))
        self._window: dict[int, int] = dict(
            zip(groups, rules.window_seconds[limited].tolist(), strict=True)
        )
        self._weak = rules.is_weak.tolist()
        self._sides: dict[int, set[int]] = {}
        for row, number, side in zip(
            rules.apart.identifier.tolist(),
            np.unique(rules.apart.number, return_inverse=True)[1].tolist(),
            rules.apart.side.tolist(),
            strict=True,
        ):
            self._sides.setdefault(row, set()).add((number + 1) * side)

    def labels(self) -> Integers:
        return np.array([self._root(row) for row in range(len(self._parent))], dtype=np.int64)

    def unite(self, left: int, right: int) -> Decision:
        """Join the sets of two identifiers, or say which rule forbids it."""
        big, small = self._roots(left, right)
        if big == small:
            return Decision.USED
        if self._is_apart(big, small):
            return Decision.DIFFERENT
        if self._exceeds_limit(self._held[big], self._held[small]):
            return Decision.LIMIT
        if (
            (self._weak[left] or self._weak[right])
            and self._is_solid[big]
            and self._is_solid[small]
        ):
            return Decision.WEAK_BRIDGE
        self._merge(big, small)
        return Decision.USED

    def unite_as_one(self, left: int, right: int) -> Decision:
        """Join by statement: only another statement forbids it; the values count as one.

        To be called before any other link is walked, when sets hold nothing but what is one.
        """
        big, small = self._roots(left, right)
        if big == small:
            return Decision.USED
        if self._is_apart(big, small):
            return Decision.DIFFERENT
        self._merge(big, small)
        for group, seen in self._held[big].items():
            self._held[big][group] = [min(seen)]
        return Decision.USED

    def _roots(self, left: int, right: int) -> tuple[int, int]:
        one, other = self._root(left), self._root(right)
        return (other, one) if self._size[one] < self._size[other] else (one, other)

    def _is_apart(self, one: int, other: int) -> bool:
        sides = self._sides.get(other, frozenset[int]())
        return any(-side in sides for side in self._sides.get(one, ()))

    def _root(self, row: int) -> int:
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def _merge(self, big: int, small: int) -> None:
        self._parent[small] = big
        self._size[big] += self._size[small]
        self._is_solid[big] |= self._is_solid[small]
        if small in self._sides:
            self._sides[big] = self._sides.get(big, set()) | self._sides[small]
        held = self._held[big]
        for group, seen in self._held[small].items():
            held.setdefault(group, []).extend(seen)

    def _exceeds_limit(self, held: dict[int, list[int]], other: dict[int, list[int]]) -> bool:
        if len(other) > len(held):
            held, other = other, held
        for group, seen in other.items():
            if group in held and self._is_too_many(group, held[group] + seen):
                return True
        return False

    def _is_too_many(self, group: int, first_seen: list[int]) -> bool:
        limit, window = self._limit[group], self._window[group]
        if len(first_seen) <= limit or window == NO_LIMIT:
            return len(first_seen) > limit
        first_seen.sort()
        pairs = zip(first_seen, first_seen[limit:], strict=False)
        return any(last - first <= window for first, last in pairs)
