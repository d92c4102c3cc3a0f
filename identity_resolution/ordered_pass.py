"""The ordered pass: unite along links in their order of trust unless a rule would break.

This is the only place where rows are walked one by one; it sees only the links of components in
which a rule bites.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from identity_resolution.graph import (
    NO_STATEMENT,
    Apart,
    Codes,
    Columns,
    Decision,
    Flags,
    Integers,
    Links,
)
from identity_resolution.rules import NO_LIMIT

_Held: TypeAlias = dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class Constraints(Columns):
    """What a profile may hold, by identifier.

    group: identifiers of one group are counted together, -1 where nothing is counted.
    limit: how many of its group a profile may hold within window_seconds of first_seen.
    is_weak: may not join two sides that both hold something else.
    rank: how far the namespace is trusted, 1 most.
    """

    group: Integers
    limit: Integers
    window_seconds: Integers
    first_seen: Integers
    is_weak: Flags
    rank: Integers


def order_of_trust(links: Links, rules: Constraints, byte_rank: Integers) -> Integers:
    """Return the positions of `links` from the most to the least trusted.

    A link over a weak identifier comes last; then count strength, the rank of the less trusted end,
    the newest sighting, and the bytes of both ends (`byte_rank`, the smaller end first), which no
    two links share. Nothing else may have a say, or two machines would disagree.
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
        )
    )


def unite_in_order(
    links: Links, order: Integers, rules: Constraints, apart: Apart
) -> tuple[Integers, Codes]:
    """Walk `links` in `order`; return one label a cluster for each identifier, and the decisions.

    apart: who must not share a profile.

    What may not be united now may never be united: clusters only grow, and every rule that a part
    breaks is broken by the whole. So one pass is enough.
    """
    forest = _Forest(rules, apart)
    decision = np.empty(len(links), dtype=np.int8)
    is_stated = links.statement[order] != NO_STATEMENT
    stated, other = order[is_stated], order[~is_stated]
    ends = zip(links.left[stated].tolist(), links.right[stated].tolist(), strict=True)
    decision[stated] = [forest.unite_as_one(left, right) for left, right in ends]
    left, right = links.left[other], links.right[other]
    is_weak = (rules.is_weak[left] | rules.is_weak[right]).tolist()
    decision[other] = forest.unite(zip(left.tolist(), right.tolist(), is_weak, strict=True))
    return forest.labels(), decision


class _Forest:
    """Disjoint sets that remember what they hold."""

    def __init__(self, rules: Constraints, apart: Apart) -> None:
        self._parent = list(range(len(rules.group)))
        self._size = [1] * len(rules.group)
        self._is_solid: list[bool] = (~rules.is_weak).tolist()
        limited = np.flatnonzero(rules.group >= 0)
        group, first_seen = rules.group[limited].tolist(), rules.first_seen[limited].tolist()
        # What each root holds: group to times. Most hold nothing that is counted.
        self._held: list[_Held | None] = [None] * len(rules.group)
        for row, one, seen in zip(limited.tolist(), group, first_seen, strict=True):
            self._held[row] = {one: [seen]}
        bounds = zip(
            rules.limit[limited].tolist(), rules.window_seconds[limited].tolist(), strict=True
        )
        self._bounds: dict[int, tuple[int, int]] = dict(zip(group, bounds, strict=True))
        self._sides: dict[int, set[int]] = {}
        for row, number, side in zip(
            apart.identifier.tolist(),
            np.unique(apart.number, return_inverse=True)[1].tolist(),
            apart.side.tolist(),
            strict=True,
        ):
            self._sides.setdefault(row, set()).add((number + 1) * side)

    def labels(self) -> Integers:
        root = np.array(self._parent, dtype=np.int64)
        while not np.array_equal(root, root[root]):
            root = root[root]
        return root

    def unite(self, walk: Iterable[tuple[int, int, bool]]) -> list[int]:
        """Join the sets of two identifiers each, or say which rule forbids it."""
        parent, held, is_solid, sides = self._parent, self._held, self._is_solid, self._sides
        root = self._root
        used, limit, weak_bridge = map(int, (Decision.USED, Decision.LIMIT, Decision.WEAK_BRIDGE))
        decisions = []
        for left, right, is_weak in walk:
            one, other = parent[left], parent[right]
            # Most sets are flat, so most roots are found without a call.
            if parent[one] != one:
                one = root(left)
            if parent[other] != other:
                other = root(right)
            if one == other:
                decisions.append(used)
            elif sides and self._is_apart(one, other):
                decisions.append(int(Decision.DIFFERENT))
            elif held[one] and held[other] and self._exceeds_limit(one, other):
                decisions.append(limit)
            elif is_weak and is_solid[one] and is_solid[other]:
                decisions.append(weak_bridge)
            else:
                self._merge(one, other)
                decisions.append(used)
        return decisions

    def unite_as_one(self, left: int, right: int) -> Decision:
        """Join by statement: only another statement forbids it; the values count as one.

        To be called before any other link is walked, when sets hold nothing but what is one.
        """
        one, other = self._root(left), self._root(right)
        if one == other:
            return Decision.USED
        if self._is_apart(one, other):
            return Decision.DIFFERENT
        held = self._held[self._merge(one, other)] or {}
        held.update({group: [min(seen)] for group, seen in held.items()})
        return Decision.USED

    def _is_apart(self, one: int, other: int) -> bool:
        sides = self._sides.get(other, frozenset[int]())
        return any(-side in sides for side in self._sides.get(one, ()))

    def _root(self, row: int) -> int:
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def _merge(self, big: int, small: int) -> int:
        """Make one set of two and return its root."""
        if self._size[big] < self._size[small]:
            big, small = small, big
        self._parent[small] = big
        self._size[big] += self._size[small]
        self._is_solid[big] |= self._is_solid[small]
        if small in self._sides:
            self._sides[big] = self._sides.get(big, set()) | self._sides[small]
        held, other = self._held[big], self._held[small]
        if held and other:
            for group, seen in other.items():
                held.setdefault(group, []).extend(seen)
        else:
            self._held[big] = held or other
        return big

    def _exceeds_limit(self, one: int, another: int) -> bool:
        held, other = self._held[one] or {}, self._held[another] or {}
        if len(other) > len(held):
            held, other = other, held
        for group, seen in other.items():
            own = held.get(group)
            if own is not None:
                limit, window = self._bounds[group]
                # Few sets come near a limit, so times are looked at last.
                if len(own) + len(seen) > limit and (
                    window == NO_LIMIT or _is_within(sorted(own + seen), limit, window)
                ):
                    return True
        return False


def _is_within(first_seen: list[int], limit: int, window: int) -> bool:
    """Return whether more than `limit` of the ascending times lie in one window."""
    pairs = zip(first_seen, first_seen[limit:], strict=False)
    return any(last - first <= window for first, last in pairs)
