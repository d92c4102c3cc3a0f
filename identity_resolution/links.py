"""From identifiers observed together to links: all pairs, their evidence aggregated.

Every aggregate is a minimum, a maximum, a sum or a union of sources, so the links of two bodies of
evidence can be combined in any order and grouping with the same result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np

from identity_resolution.graph import NEVER, NO_STATEMENT, Codes, Flags, Integers, Links

MAX_IDENTIFIERS = 20
"""An observation with more distinct identifiers is refused as `too_many_identifiers`."""


class Kind(IntEnum):
    """What an observation says of its identifiers, beside that they were seen together."""

    SEEN = 0
    BIND = 1
    UNBIND = 2
    ALIAS = 3
    LOGIN = 4
    LOGOUT = 5


KINDS = {kind.name.lower(): kind for kind in Kind}
STATED = (Kind.BIND, Kind.UNBIND, Kind.ALIAS)
"""By these a source says more than that it saw something."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row a set of identifiers that was observed together once or more often.

    The members of set k are member[offset[k]:offset[k + 1]], ascending and distinct, with the
    strength of each beside them. kind: a `Kind` each. The other columns have one element a set, as
    in `Links`. Where first_seen and last_seen are equal a row may stand for one observation.
    """

    offset: Integers
    member: Integers
    member_strength: Integers
    kind: Codes
    first_seen: Integers
    last_seen: Integers
    observation_count: Integers
    source_mask: Integers
    first_sample: Integers
    last_sample: Integers
    basis: Integers

    def __len__(self) -> int:
        """Return the number of sets."""
        return len(self.offset) - 1

    @property
    def row(self) -> Integers:
        """The set of each element of `member`."""
        return np.repeat(np.arange(len(self)), np.diff(self.offset))

    def take(self, rows: Integers | Flags) -> "Evidence":
        """Return the sets at `rows` (positions, or one flag a set)."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        size = np.diff(self.offset)[rows]
        offset = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size)))
        taken = np.repeat(self.offset[rows] - offset[:-1], size) + np.arange(offset[-1])
        return Evidence(
            offset=offset,
            member=self.member[taken],
            member_strength=self.member_strength[taken],
            **{c.name: getattr(self, c.name)[rows] for c in fields(self)[3:]},
        )

    def without(self, is_dropped: Flags) -> "Evidence":
        """Return the sets without the elements of `member` flagged; a set may end up empty."""
        size = np.bincount(self.row[~is_dropped], minlength=len(self))
        return replace(
            self,
            offset=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size))),
            member=self.member[~is_dropped],
            member_strength=self.member_strength[~is_dropped],
        )


_COLUMNS = tuple(column.name for column in fields(Evidence)[1:])


def concatenate(one: Evidence, other: Evidence) -> Evidence:
    """Return the sets of both, in their order."""
    offset = np.concatenate((one.offset, one.offset[-1] + other.offset[1:]))
    columns: Iterator[Any] = (
        np.concatenate((getattr(one, c), getattr(other, c))) for c in _COLUMNS
    )
    return Evidence(offset, *columns)


def no_evidence() -> Evidence:
    """Return no sets."""
    types = (np.int8 if column == "kind" else np.int64 for column in _COLUMNS)
    columns: Iterator[Any] = (np.empty(0, dtype) for dtype in types)
    return Evidence(np.zeros(1, np.int64), *columns)


@dataclass(frozen=True, slots=True)
class Voids:
    """Pairs whose evidence up to and at `until` counts for nothing, left < right."""

    left: Integers
    right: Integers
    until: Integers


def link(evidence: Evidence, voids: Voids | None = None) -> Links:
    """Return all pairs of every set that links its identifiers, one row a pair.

    A pair is as strong as its weaker member: a verified phone seen beside a typed e-mail is no
    better evidence than the e-mail. With `voids`, rows must stand for single moments.
    """
    found = pairs(evidence, evidence.kind != Kind.UNBIND)
    if voids is not None and len(voids.left):
        place = locate(voids.left, voids.right, found)
        is_void = (place >= 0) & (found.last_seen <= voids.until[place])
        found = found.take(~is_void)
    return combine([found])


def pairs(evidence: Evidence, is_taken: Flags) -> Links:
    """Return all pairs of the sets flagged, a pair as often as it occurs."""
    size = np.where(is_taken, np.diff(evidence.offset), 0)
    parts = [
        _pairs_of_size(evidence, np.flatnonzero(size == k), int(k))
        for k in np.unique(size)
        if k > 1
    ]
    return _joined(parts)


def locate(left: Integers, right: Integers, links: Links) -> Integers:
    """Return for each of `links` the row of (left, right) with the same ends, or -1."""
    if not len(left):
        return np.full(len(links), -1, dtype=np.int64)
    base = max(int(right.max()), int(links.right.max(initial=0))) + 1
    key, wanted = left * base + right, links.left * base + links.right
    order = np.argsort(key)
    place = np.searchsorted(key, wanted, sorter=order)
    place = order[np.minimum(place, len(order) - 1)]
    return np.where(key[place] == wanted, place, -1)


def _pairs_of_size(evidence: Evidence, rows: Integers, size: int) -> Links:
    low, high = np.triu_indices(size, k=1)
    start = evidence.offset[rows][:, None]
    left, right = (start + low).ravel(), (start + high).ravel()
    strength = evidence.member_strength
    row = np.repeat(rows, len(low))
    return Links(
        left=evidence.member[left],
        right=evidence.member[right],
        strength=np.maximum(strength[left], strength[right]),
        statement=np.full(len(row), NO_STATEMENT, dtype=np.int64),
        **{c.name: getattr(evidence, c.name)[row] for c in fields(Evidence)[4:]},
    )


_AGGREGATES: dict[str, tuple[np.ufunc, int]] = {
    "first_seen": (np.minimum, NEVER),
    "last_seen": (np.maximum, -NEVER),
    "observation_count": (np.add, 0),
    "strength": (np.minimum, 9),
    "source_mask": (np.bitwise_or, 0),
    "first_sample": (np.minimum, NEVER),
    "last_sample": (np.maximum, -1),
    "basis": (np.minimum, 2),
    "statement": (np.maximum, NO_STATEMENT),
}
"""How each column is summed up, and the value that leaves any other as it is."""


def combine(parts: Sequence[Links]) -> Links:
    """Return the links of all `parts` with one row a pair, ordered by (left, right)."""
    whole = _joined(parts)
    if len(whole) == 0:
        return whole
    key = whole.left * (int(whole.right.max()) + 1) + whole.right
    order = np.argsort(key, kind="stable")
    key = key[order]
    start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    aggregated = {
        name: reduce.reduceat(getattr(whole, name)[order], start)
        for name, (reduce, _) in _AGGREGATES.items()
    }
    first = order[start]
    return Links(left=whole.left[first], right=whole.right[first], **aggregated)


def _joined(parts: Sequence[Links]) -> Links:
    if not parts:
        return empty_links()
    return Links(*(np.concatenate([getattr(p, c.name) for p in parts]) for c in fields(Links)))


def empty_links() -> Links:
    """Return no links."""
    return stated_links(*np.empty((3, 0), dtype=np.int64))


def stated_links(left: Integers, right: Integers, statement: Integers) -> Links:
    """Return pairs that statements join, without any evidence.

    Combining them with evidence leaves the evidence as it is.
    """
    blank = {name: np.full(len(left), value) for name, (_, value) in _AGGREGATES.items()}
    blank["statement"] = statement
    return Links(np.minimum(left, right), np.maximum(left, right), **blank)
