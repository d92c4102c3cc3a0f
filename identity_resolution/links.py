"""From identifiers observed together to links: all pairs, their evidence aggregated.

Every aggregate is a minimum, a maximum, a sum or a union of sources, so the links of two bodies of
evidence can be combined in any order and grouping with the same result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from identity_resolution.graph import Flags, Integers, Links

MAX_IDENTIFIERS = 20
"""An observation with more distinct identifiers is refused as `too_many_identifiers`."""

LINKING_KINDS = frozenset({"seen", "bind", "alias", "login", "logout"})
"""Kinds of observation whose identifiers belong together; an `unbind` says the opposite."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row a set of identifiers that was observed together once or more often.

    The members of set k are member[offset[k]:offset[k + 1]], ascending and distinct, with the
    strength of each beside them. is_linking tells whether being seen together joins them. The other
    columns have one element a set, as in `Links`.
    """

    offset: Integers
    member: Integers
    member_strength: Integers
    is_linking: Flags
    first_seen: Integers
    last_seen: Integers
    observation_count: Integers
    source_mask: Integers
    first_sample: Integers
    last_sample: Integers

    def __len__(self) -> int:
        """Return the number of sets."""
        return len(self.offset) - 1

    def slice(self, start: int, stop: int) -> "Evidence":
        """Return the sets from `start` up to, not including, `stop`."""
        low, high = int(self.offset[start]), int(self.offset[stop])
        columns = {c.name: getattr(self, c.name)[start:stop] for c in fields(self)[3:]}
        return Evidence(
            offset=self.offset[start : stop + 1] - low,
            member=self.member[low:high],
            member_strength=self.member_strength[low:high],
            **columns,
        )


def link(evidence: Evidence) -> Links:
    """Return all pairs of every linking set, one row a pair.

    A pair is as strong as its weaker member: a verified phone seen beside a typed e-mail is no
    better evidence than the e-mail.
    """
    size = np.where(evidence.is_linking, np.diff(evidence.offset), 0)
    parts = [
        _pairs_of_size(evidence, np.flatnonzero(size == k), int(k)) for k in np.unique(size) if k
    ]
    return combine(parts)


def _pairs_of_size(evidence: Evidence, rows: Integers, size: int) -> Links:
    low, high = np.triu_indices(size, k=1)
    start = evidence.offset[rows][:, None]
    left, right = (start + low).ravel(), (start + high).ravel()
    strength = evidence.member_strength
    row = np.repeat(rows, len(low))
    return Links(
        left=evidence.member[left],
        right=evidence.member[right],
        first_seen=evidence.first_seen[row],
        last_seen=evidence.last_seen[row],
        observation_count=evidence.observation_count[row],
        strength=np.maximum(strength[left], strength[right]),
        source_mask=evidence.source_mask[row],
        first_sample=evidence.first_sample[row],
        last_sample=evidence.last_sample[row],
    )


_AGGREGATES = {
    "first_seen": np.minimum,
    "last_seen": np.maximum,
    "observation_count": np.add,
    "strength": np.minimum,
    "source_mask": np.bitwise_or,
    "first_sample": np.minimum,
    "last_sample": np.maximum,
}


def combine(parts: Sequence[Links]) -> Links:
    """Return the links of all `parts` with one row a pair, ordered by (left, right)."""
    if not parts:
        return empty_links()
    whole = Links(*(np.concatenate([getattr(p, c.name) for p in parts]) for c in fields(Links)))
    if len(whole) == 0:
        return whole
    key = whole.left * (int(whole.right.max()) + 1) + whole.right
    order = np.argsort(key, kind="stable")
    key = key[order]
    start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    aggregated = {
        name: reduce.reduceat(getattr(whole, name)[order], start)
        for name, reduce in _AGGREGATES.items()
    }
    first = order[start]
    return Links(left=whole.left[first], right=whole.right[first], **aggregated)


def empty_links() -> Links:
    """Return no links."""
    return Links(*(np.empty(0, dtype=np.int64) for _ in fields(Links)))
