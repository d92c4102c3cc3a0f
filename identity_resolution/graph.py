"""The columns that identity resolution works on: identifiers, links, and what was decided.

Everything here is a plain array. Rows refer to each other by position; positions stand for nothing
else, and no decision may depend on them (they differ from machine to machine).
Times are whole seconds since 1970-01-01 UTC, days are whole days since then.
"""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int8]


class Status(IntEnum):
    """Whether an identifier may link: only active ones do."""

    ACTIVE = 0
    JUNK = 1
    QUARANTINED = 2
    SHARED = 3
    ERASED = 4


class StatusReason(IntEnum):
    """Why an identifier is not active; the larger of two reasons is the one that is told."""

    NONE = 0
    OWNER_CHANGES = 1
    MAX_PERSONS = 2
    MAX_DEGREE = 3
    BLOCKED = 4
    FAST_GROWTH = 5
    MANY_ACCOUNTS = 6
    LOW_VARIETY = 7
    JUNK_LIST = 8


class Decision(IntEnum):
    """What became of a link: used, or the rule by which it was refused."""

    USED = 0
    LIMIT = 1
    WEAK_BRIDGE = 2
    QUARANTINED = 3
    JUNK = 4
    SHARED = 5
    FUNCTIONAL_CONFLICT = 6
    NO_BASIS = 7
    DIFFERENT = 8


class Consent(IntEnum):
    """What the holder of an account said to one profile across accounts (`joint_profile`)."""

    REFUSED = -1
    UNKNOWN = 0
    GRANTED = 1


NEVER = np.iinfo(np.int64).max
"""Time of what was not observed."""

NO_STATEMENT = -1
BY_A_SOURCE = 0
"""In place of a statement's number: nobody's, and an alias that a source reported."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as a dataclass: each field is a column, all of one length."""

    def __len__(self) -> int:
        """Return the number of rows."""
        first, *_ = fields(self)
        return len(getattr(self, first.name))

    def take(self, rows: Integers | Flags) -> Self:
        """Return the rows at the positions, or those flagged, in that order."""
        positions = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
        columns = (getattr(self, field.name) for field in fields(self))
        return type(self)(*(_taken(column, positions) for column in columns))


def _taken(column: Any, rows: Integers) -> Any:  # noqa: ANN401 - an array of either library
    return column[rows] if isinstance(column, np.ndarray) else column.take(pa.array(rows))


@dataclass(frozen=True, slots=True)
class Identifiers(Columns):
    """One row an identifier; no two rows share (namespace, scope, value).

    namespace, scope: dictionary-encoded strings; value: strings.
    first_seen: smallest event time of all observations, what windowed limits go by.
    arrival_day, born_at: the logical day of the load that first brought the identifier, and its
        smallest event time as it was known then. Recorded once and never changed by later
        evidence: an anchor, and with it the id of a profile, must not move because of them.
    strength: the best strength of any observation (1 is best, 4 worst).
    consent: a `Consent` each. is_blocked: whether a steward forbids the identifier to link.
    """

    namespace: pa.DictionaryArray
    scope: pa.DictionaryArray
    value: pa.Array
    first_seen: Integers
    arrival_day: Integers
    born_at: Integers
    strength: Integers
    consent: Codes
    is_blocked: Flags

    @property
    def namespaces(self) -> list[str]:
        """The names that `namespace_code` counts into."""
        return [str(name) for name in self.namespace.dictionary.to_pylist()]

    @property
    def namespace_code(self) -> Integers:
        """The position of each identifier's namespace in `namespaces`."""
        return codes(self.namespace)

    @property
    def scope_code(self) -> Integers:
        """The position of each identifier's scope in the dictionary of scopes."""
        return codes(self.scope)

    def names(self) -> list[tuple[str, str, str]]:
        """Return (namespace, scope, value) of each identifier."""
        texts = (self.namespace.to_pylist(), self.scope.to_pylist(), self.value.to_pylist())
        return list(zip(*texts, strict=True))


@dataclass(frozen=True, slots=True)
class Links(Columns):
    """One row an unordered pair of identifiers, observed together or stated to be one person's.

    left, right: positions of identifiers, left < right, no pair twice; which end is left says
    nothing. strength: the best of the observations. source_mask: bit k is set when the k-th source
    saw the pair. first_sample, last_sample: the smallest and largest reference to a raw record.
    basis: the best `Basis` of the sources. statement: the number of the statement `same` that
    forces the link, or `NO_STATEMENT`; of a link that was only stated observation_count is 0.
    """

    left: Integers
    right: Integers
    first_seen: Integers
    last_seen: Integers
    observation_count: Integers
    strength: Integers
    source_mask: Integers
    first_sample: Integers
    last_sample: Integers
    basis: Integers
    statement: Integers

    def both_ways(self) -> tuple[Integers, Integers]:
        """Return one end and the other of every link, then the other end and the one."""
        return np.concatenate((self.left, self.right)), np.concatenate((self.right, self.left))


@dataclass(frozen=True, slots=True)
class Apart(Columns):
    """Identifiers that must not share a profile: one row an identifier and statement.

    Those of one number on one side (-1) may not meet those on the other side (1).
    """

    number: Integers
    identifier: Integers
    side: Integers


_NOTHING = np.empty(0, dtype=np.int64)
NONE_APART = Apart(_NOTHING, _NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class Graph:
    """Identifiers, all links between them, and who must stay apart."""

    identifiers: Identifiers
    links: Links
    apart: Apart = NONE_APART


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a graph as a graph of its own, and where they came from."""

    graph: Graph
    identifier_rows: Integers
    link_rows: Integers


@dataclass(frozen=True, slots=True)
class Screening(Columns):
    """Which identifiers may link: `Status` and `StatusReason` of each."""

    status: Codes
    reason: Codes

    @property
    def is_active(self) -> Flags:
        """True where the identifier may link."""
        return np.equal(self.status, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was decided about a graph.

    For each identifier: its screening; component, the first position of its plain component (active
    identifiers reached over any link, used or refused); anchor, the position of the identifier
    that names its profile (identifiers of one anchor are one profile); is_known, whether that
    profile is a known person; is_contested, whether links that lead to it were walked in their
    order of trust, so that a newer sighting may change the answer. For each link: its `Decision`.
    """

    screening: Screening
    component: Integers
    anchor: Integers
    is_known: Flags
    is_contested: Flags
    decision: Codes


def part_around(graph: Graph, is_inside: Flags) -> Part:
    """Return the identifiers flagged, all their links, and whoever is at the other end of those."""
    left, right = graph.links.left, graph.links.right
    link_rows = np.flatnonzero(is_inside[left] | is_inside[right])
    is_needed = is_inside.copy()
    is_needed[left[link_rows]] = True
    is_needed[right[link_rows]] = True
    position = np.cumsum(is_needed) - 1
    links = graph.links.take(link_rows)
    links = replace(links, left=position[links.left], right=position[links.right])
    rows = np.flatnonzero(is_needed)
    apart = graph.apart.take(is_needed[graph.apart.identifier])
    apart = replace(apart, identifier=position[apart.identifier])
    return Part(Graph(graph.identifiers.take(rows), links, apart), rows, link_rows)


def codes(column: pa.DictionaryArray) -> Integers:
    """Return the dictionary positions of a column without nulls."""
    return integers(column.indices)


def integers(column: pa.Array | pa.ChunkedArray) -> Integers:
    """Return a column of integers without nulls."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.int64)


def flags(column: pa.Array | pa.ChunkedArray) -> Flags:
    """Return a column of booleans without nulls."""
    return integers(column.cast(pa.int8())).astype(bool)


def byte_order(identifiers: Identifiers, rows: Integers) -> Integers:
    """Rank the identifiers at `rows` by the UTF-8 bytes of namespace, scope and value.

    Element k is the rank of `rows[k]`. The only order between identifiers that is the same on
    every machine, hence the last word wherever two candidates are otherwise equal.
    """
    chosen = pa.array(rows)
    table = pa.table(
        {
            "namespace": identifiers.namespace.take(chosen).cast(pa.string()),
            "scope": identifiers.scope.take(chosen).cast(pa.string()),
            "value": identifiers.value.take(chosen),
        }
    )
    keys = [(name, "ascending") for name in table.column_names]
    order = integers(pc.sort_indices(table, sort_keys=keys))
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows))
    return rank
