"""How hard the sample is for two simple ways to join identifiers.

Pairs of identifiers of one person are counted: precision is the share of joined pairs that are
right, recall the share of right pairs that are joined. Chunks of people share no identifier, so
their counts add up.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sample_data.evidence import Identifier

ACCOUNTS: Final = frozenset({"member_id", "unionid", "openid", "external_userid"})


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Pairs that are right, pairs that were joined, and pairs that are both."""

    true: int = 0
    joined: int = 0
    both: int = 0

    def __add__(self, other: "PairCounts") -> "PairCounts":
        """Return the counts of two chunks together."""
        return PairCounts(
            self.true + other.true, self.joined + other.joined, self.both + other.both
        )

    @property
    def precision(self) -> float:
        """Share of the joined pairs that are right; 1 when none was joined."""
        return self.both / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """Share of the right pairs that were joined; 1 when there are none."""
        return self.both / self.true if self.true else 1.0


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def count_pairs(owner_of: dict[Identifier, str], group_of: dict[Identifier, int]) -> PairCounts:
    """Compare groups with owners; an empty owner is nobody, whom nothing may be joined with."""
    known = {identifier: group for identifier, group in group_of.items() if identifier in owner_of}
    true = Counter(owner_of[i] for i in known if owner_of[i])
    joined = Counter(known.values())
    both = Counter((owner_of[i], group) for i, group in known.items() if owner_of[i])
    return PairCounts(_pairs(true.values()), _pairs(joined.values()), _pairs(both.values()))


def plain_components(groups: Iterable[tuple[Identifier, ...]]) -> dict[Identifier, int]:
    """Join everything ever seen together, without a limit."""
    number: dict[Identifier, int] = {}
    left, right = [], []
    for group in groups:
        numbers = [number.setdefault(identifier, len(number)) for identifier in group]
        left += [numbers[0]] * (len(numbers) - 1)
        right += numbers[1:]
    edges = (np.ones(len(left), dtype=np.int8), (np.array(left, int), np.array(right, int)))
    _, labels = connected_components(coo_array(edges, shape=(len(number), len(number))))
    return {identifier: int(labels[position]) for identifier, position in number.items()}


def account_components(groups: Iterable[tuple[Identifier, ...]]) -> dict[Identifier, int]:
    """Join accounts only; every phone, mail, device and cookie stays alone."""
    accounts, others = [], []
    for group in groups:
        found = tuple(identifier for identifier in group if identifier[0] in ACCOUNTS)
        accounts += [found] if found else []
        others += [(identifier,) for identifier in group if identifier[0] not in ACCOUNTS]
    return plain_components([*accounts, *others])
