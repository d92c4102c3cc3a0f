"""From what records show of people to the numbers of identifier sets.

Most records show somebody their block, or the file before, has shown already. So what a record
shows is compared as one text, and only texts not met before are taken apart, normalised and
registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identifiers import JunkLists, normalise_namespace
from ingestion.engine import rows_of, table_of

MAX_IDENTIFIERS = 20
MAX_KNOWN = 100_000

Register = Callable[[pa.Table], pa.Table]

_SEEN = """
create or replace temp table seen as
select k, s.namespace, s.scope, s.value, s.strength
from (
    select k, unnest(from_json(
        seen, '[{"namespace":"VARCHAR","scope":"VARCHAR","value":"VARCHAR","strength":"SMALLINT"}]'
    )) as s
    from new_seen
)
"""
_IDENTIFIED = """
create or replace temp table identified as
select k, namespace, scope, normal.normalised as value, min(strength) as strength
from seen inner join normal using (namespace, value)
where normal.normalised is not null
group by all
"""
_DROPPED = """
select k, count(*) from seen inner join normal using (namespace, value)
where normal.normalised is null
group by k
"""
_TOO_MANY = "select k from identified group by k having count(*) > $max_identifiers"
_FORGET_TOO_MANY = "delete from identified where list_contains($too_many::integer[], k)"
_WANTED_IDENTIFIERS = "select distinct namespace, scope, value from identified"
_RECORD_SETS = """
create or replace temp table record_set as
select
    k,
    list(identifier_id order by identifier_id) as identifier_ids,
    list(strength order by identifier_id) as strengths
from identified inner join new_identifier using (namespace, scope, value)
group by k
"""
_WANTED_SETS = "select distinct identifier_ids, strengths from record_set"
_NUMBERED = """
select k, identifier_set_id
from record_set inner join new_set using (identifier_ids, strengths)
"""


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


# A number of a set is remembered together with the two other things, to keep the memory small.
_FLAG_BITS = 12
_MAX_DROPPED = (1 << (_FLAG_BITS - 1)) - 1


class Identification:
    """Remembers what it has registered; the numbers stay the same for ever."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, junk: JunkLists) -> None:
        self._engine = engine
        self._junk = junk
        self._known: dict[bytes, int] = {}

    def identify(self, seen: pa.StringArray, registers: Registers) -> Shown:
        """What each record shows, given as a JSON array of namespace, scope, value, strength."""
        encoded = seen.dictionary_encode()
        digests = [_digest(text) for text in encoded.dictionary.cast(pa.binary()).to_pylist()]
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        missing = [place for place, digest in enumerate(digests) if digest not in self._known]
        if missing:
            learned = self._learn(encoded.dictionary.take(missing), registers)
            self._known.update(zip([digests[place] for place in missing], learned, strict=True))
        known = np.array([self._known[digest] for digest in digests], np.int64)
        known = known[encoded.indices.to_numpy()]
        known = np.stack([known >> _FLAG_BITS, known >> 1 & _MAX_DROPPED, known & 1], axis=1)
        set_ids = pa.array(known[:, 0], mask=known[:, 0] < 0)
        return Shown(set_ids, known[:, 1], known[:, 2] > 0)

    def _learn(self, seen: pa.StringArray, registers: Registers) -> list[int]:
        """What each of the texts shows, as one number."""
        numbers = pa.array(np.arange(len(seen), dtype=np.int32))
        self._engine.register("new_seen", pa.table({"k": numbers, "seen": seen}))
        dropped, is_too_many = np.zeros((2, len(seen)), np.int64)
        set_ids = np.full(len(seen), -1)
        for k, count in self._take_apart():
            dropped[k] = min(count, _MAX_DROPPED)
        too_many = [k for (k,) in self._run(_TOO_MANY, {"max_identifiers": MAX_IDENTIFIERS})]
        if too_many:
            is_too_many[too_many] = 1
            self._run(_FORGET_TOO_MANY, {"too_many": too_many})
        numbered = self._registered(registers)
        set_ids[numbered["k"].to_numpy()] = numbered["identifier_set_id"].to_numpy()
        known: list[int] = (set_ids << _FLAG_BITS | dropped << 1 | is_too_many).tolist()
        return known

    def _take_apart(self) -> list[Any]:
        """Fills the table of normalised identifiers; gives how many were dropped, by text."""
        self._run(_SEEN)
        values = self._table("select distinct namespace, value from seen")
        self._engine.register("normal", _normalised(values, self._junk))
        self._run(_IDENTIFIED)
        return self._run(_DROPPED)

    def _registered(self, registers: Registers) -> pa.Table:
        wanted = self._table(_WANTED_IDENTIFIERS)
        if not wanted.num_rows:
            return _NOTHING_NUMBERED
        self._engine.register("new_identifier", registers.identifiers(wanted))
        self._run(_RECORD_SETS)
        self._engine.register("new_set", registers.sets(self._table(_WANTED_SETS)))
        return self._table(_NUMBERED)

    def _run(self, sql: str, parameters: object = None) -> list[Any]:
        return rows_of(self._engine, sql, parameters)

    def _table(self, sql: str, parameters: object = None) -> pa.Table:
        return table_of(self._engine, sql, parameters)


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


_NOTHING_NUMBERED = pa.table(
    {"k": pa.array([], pa.int32()), "identifier_set_id": pa.array([], pa.int64())}
)


def _normalised(values: pa.Table, junk: JunkLists) -> pa.Table:
    parts = []
    for namespace in pc.unique(values["namespace"]).to_pylist():
        part = values.filter(pc.equal(values["namespace"], namespace))
        texts = part["value"].combine_chunks()
        parts.append(part.append_column("normalised", normalise_namespace(namespace, texts, junk)))
    if not parts:
        return values.append_column("normalised", values["value"])
    return pa.concat_tables(parts)
