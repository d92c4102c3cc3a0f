"""From what records show of people to the numbers of identifier sets.

Most records show somebody their block, or the file before, has shown already. So records are told
apart by a key of what they show, and only keys not met before are taken apart, normalised and
registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identifiers import JunkLists, normalise_namespace

MAX_IDENTIFIERS = 20
MAX_KNOWN = 100_000

Register = Callable[[pa.Table], pa.Table]
TakeApart = Callable[[npt.NDArray[np.int64]], pa.Table]
"""Places of records to their identifiers: `k` (from 0, by the place's own place), `namespace`,
`scope`, `value`, `strength`."""


@dataclass(frozen=True, slots=True)
class Registers:
    """Give identifiers and sets of them their numbers; see `warehouse.dictionary`."""

    identifiers: Register
    sets: Register


@dataclass(frozen=True, slots=True)
class Shown:
    """One value for each record.

    `set_ids`: null when it shows nobody. `dropped`: how many identifiers were left out because they
    name nobody. `is_too_many`: it shows more than a person can have.
    """

    set_ids: pa.Int64Array
    dropped: npt.NDArray[np.int64]
    is_too_many: npt.NDArray[np.bool_]


def nothing_shown(record_count: int) -> Shown:
    """For records of a kind without identifiers."""
    return Shown(
        pa.nulls(record_count, pa.int64()),
        np.zeros(record_count, np.int64),
        np.zeros(record_count, np.bool_),
    )


# A number of a set is remembered together with the two other things, to keep the memory small.
_FLAG_BITS = 12
_MAX_DROPPED = (1 << (_FLAG_BITS - 1)) - 1


class Identification:
    """Remembers what it has registered; the numbers stay the same for ever.

    Several threads may ask; one at a time learns, so that nothing is registered twice.
    """

    def __init__(self, junk: JunkLists) -> None:
        self._junk = junk
        self._known: dict[str, dict[str, int]] = {}
        self._lock = Lock()

    def identify(
        self, contract: str, keys: pa.StringArray, take_apart: TakeApart, registers: Registers
    ) -> Shown:
        """What each record shows; records of a contract with one key show the same."""
        encoded = keys.dictionary_encode()
        indices = encoded.indices.to_numpy()
        distinct = encoded.dictionary.to_pylist()
        with self._lock:
            known = self._known_of(contract)
            missing = [place for place, key in enumerate(distinct) if key not in known]
            if missing:
                learned = self._learn(take_apart(_first_places(indices, len(distinct))[missing]),
                                      len(missing), registers)  # fmt: skip
                known.update(zip([distinct[place] for place in missing], learned, strict=True))
            found = np.array([known[key] for key in distinct], np.int64)[indices]
        set_ids = found >> _FLAG_BITS
        return Shown(
            pa.array(set_ids, mask=set_ids < 0), found >> 1 & _MAX_DROPPED, (found & 1) > 0
        )

    def _known_of(self, contract: str) -> dict[str, int]:
        if sum(map(len, self._known.values())) > MAX_KNOWN:
            self._known.clear()
        return self._known.setdefault(contract, {})

    def _learn(self, seen: pa.Table, count: int, registers: Registers) -> list[int]:
        """What each of so many keys shows, as one number."""
        normal = _normalised(seen, self._junk)
        is_dropped = np.asarray(normal["value"].is_null())
        dropped = np.bincount(normal["k"].to_numpy()[is_dropped], minlength=count)
        members = _distinct_members(normal.filter(pa.array(~is_dropped)))
        is_too_many = np.bincount(members["k"].to_numpy(), minlength=count) > MAX_IDENTIFIERS
        set_ids = np.full(count, -1)
        if is_too_many.any():
            members = members.filter(pa.array(~is_too_many[members["k"].to_numpy()]))
        if members.num_rows:
            owners, sets = _sets(members, _identifier_ids(members, registers))
            set_ids[owners] = registers.sets(sets)["identifier_set_id"].to_numpy()
        dropped = np.minimum(dropped, _MAX_DROPPED)
        numbers: list[int] = (set_ids << _FLAG_BITS | dropped << 1 | is_too_many).tolist()
        return numbers


def _first_places(indices: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int64]:
    """For each index where it first stands."""
    first = np.empty(count, np.int64)
    first[indices[::-1]] = np.arange(len(indices) - 1, -1, -1)
    return first


def _normalised(seen: pa.Table, junk: JunkLists) -> pa.Table:
    """The identifiers with normalised values, null where they name nobody."""
    parts = [seen.slice(0, 0)]
    for namespace in pc.unique(seen["namespace"]).to_pylist():
        part = seen.filter(pc.equal(seen["namespace"], namespace))
        values = normalise_namespace(namespace, part["value"].combine_chunks(), junk)
        parts.append(part.set_column(part.schema.get_field_index("value"), "value", values))
    return pa.concat_tables(parts)


def _distinct_members(normal: pa.Table) -> pa.Table:
    """Each identifier once for each `k`, with its smallest strength; `identifier` numbers them."""
    # No text of a record holds a NUL.
    texts = [normal[name] for name in ("namespace", "scope", "value")]
    names = pc.binary_join_element_wise(*texts, "\0").combine_chunks().dictionary_encode()
    identifier = names.indices.to_numpy()
    k, strength = normal["k"].to_numpy(), normal["strength"].to_numpy()
    order = np.lexsort((strength, identifier, k))
    pairs = np.stack([k[order], identifier[order]])
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    return normal.append_column("identifier", pa.array(identifier)).take(pa.array(order[is_first]))


def _identifier_ids(members: pa.Table, registers: Registers) -> npt.NDArray[np.int64]:
    """The number of each member's identifier."""
    distinct, first, inverse = np.unique(
        members["identifier"].to_numpy(), return_index=True, return_inverse=True
    )
    wanted = members.select(["namespace", "scope", "value"]).take(pa.array(first))
    ids: npt.NDArray[np.int64] = registers.identifiers(wanted)["identifier_id"].to_numpy()
    return ids[inverse.reshape(len(members))] if len(distinct) else ids


def _sets(members: pa.Table, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], pa.Table]:
    """The `k` that show somebody, and the set of each: numbers ascending, strengths beside them."""
    k = members["k"].to_numpy()
    order = np.lexsort((ids, k))
    owners, starts = np.unique(k[order], return_index=True)
    offsets = pa.array(np.append(starts, len(k)).astype(np.int32))
    strengths = members["strength"].to_numpy()[order].astype(np.int16)
    sets = pa.table(
        {
            "identifier_ids": pa.ListArray.from_arrays(offsets, pa.array(ids[order])),
            "strengths": pa.ListArray.from_arrays(offsets, pa.array(strengths)),
        }
    )
    return owners, sets
