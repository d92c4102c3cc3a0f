"""What the oracle and the product are both told, in plain words."""

from dataclasses import dataclass
from itertools import combinations

Identifier = tuple[str, str, str]
Pair = frozenset[Identifier]


@dataclass(frozen=True)
class Observation:
    """Identifiers seen together; strength 1 to 4 for each of them."""

    at: int
    sightings: tuple[tuple[Identifier, int], ...]
    kind: str = "seen"
    source: str = "app"

    @property
    def identifiers(self) -> list[Identifier]:
        return list(dict.fromkeys(identifier for identifier, _ in self.sightings))

    @property
    def pairs(self) -> list[Pair]:
        return [frozenset(pair) for pair in combinations(self.identifiers, 2)]


@dataclass(frozen=True)
class Statement:
    """What a steward said: same (left), different (left from right) or block (left)."""

    number: int
    kind: str
    left: tuple[Identifier, ...]
    right: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class Stone:
    """An erasure of everything about an identifier, at one source or at all (empty)."""

    identifier: Identifier
    erased_at: int
    source: str = ""


@dataclass(frozen=True)
class Stated:
    """All that is said apart from observations; consent to joint profiles by account."""

    statements: tuple[Statement, ...] = ()
    consent: tuple[tuple[Identifier, bool], ...] = ()
    stones: tuple[Stone, ...] = ()


NOTHING = Stated()
