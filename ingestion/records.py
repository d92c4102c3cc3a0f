"""Texts of a block to typed records: checked, identified, ready for COPY.

A `BlockParser` holds the column engine's tables of the texts it parsed last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identifiers import JunkLists, normalise_namespace
from ingestion.contract import Contract
from ingestion.engine import rows_of, table_of
from ingestion.event_time import SHANGHAI_OFFSET_MICROSECONDS
from ingestion.json_checks import unstorable
from ingestion.record_query import record_query
from settings import Account

MAX_IDENTIFIERS = 20
MAX_KNOWN = 200_000

Register = Callable[[pa.Table], pa.Table]

_SEEN = """
create or replace temp table seen as
select k, s.namespace, s.scope, s.value, s.strength
from (select k, unnest(seen) as s from record where reason is null)
"""
_IDENTIFIED = """
create or replace temp table identified as
select k, namespace, scope, normal.normalised as value, min(strength) as strength
from seen inner join normal using (namespace, value)
where normal.normalised is not null
group by all
"""
_DROPPED = """
select k from seen inner join normal using (namespace, value)
where normal.normalised is null
"""
_TOO_MANY = "select k from identified group by k having count(*) > $max_identifiers"
# Numbers given out stay the same for ever, so what this process has seen it need not ask again.
_KNOWN = """
create temp table if not exists known_identifier (
    namespace varchar, scope varchar, value varchar, identifier_id bigint
);
create temp table if not exists known_set (
    identifier_ids bigint[], strengths smallint[], identifier_set_id bigint
);
"""
_COUNT_KNOWN = "select (select count(*) from known_identifier), (select count(*) from known_set)"
_FORGET_KNOWN = "truncate known_identifier; truncate known_set"
_WANTED_IDENTIFIERS = """
select distinct namespace, scope, value
from identified anti join known_identifier using (namespace, scope, value)
where k in (select k from kept)
"""
_LEARN_IDENTIFIERS = """
insert into known_identifier select namespace, scope, value, identifier_id from new_identifier
"""
_RECORD_SETS = """
create or replace temp table record_set as
select
    k,
    list(identifier_id order by identifier_id) as identifier_ids,
    list(strength order by identifier_id) as strengths
from identified inner join known_identifier using (namespace, scope, value)
where k in (select k from kept)
group by k
"""
_WANTED_SETS = """
select distinct identifier_ids, strengths
from record_set anti join known_set using (identifier_ids, strengths)
"""
_LEARN_SETS = """
insert into known_set select identifier_ids, strengths, identifier_set_id from new_set
"""

# Few values hold a character that needs an escape, and a replacement copies its text each time.
_ESCAPED = r"""
create temp macro if not exists escaped(v) as case
    when v is null then '\N'
    when regexp_matches(v, '[\\\t\n\r]')
        then replace(replace(replace(replace(v, '\', '\\'), e'\t', '\t'), e'\n', '\n'), e'\r', '\r')
    else v
end
"""
_COPY_ROWS = r"""
select
    r.k,
    concat_ws(
        chr(9),
        r.line_number,
        escaped(r.source_key),
        make_timestamp(r.event_us)::varchar || '+00',
        coalesce(make_timestamp(r.received_us)::varchar || '+00', '\N'),
        make_timestamp(least(r.event_us, r.received_us))::varchar || '+00',
        make_timestamp(r.event_us + $day_offset)::date,
        escaped(r.event_name),
        escaped(r.account_id),
        r.observation_kind,
        coalesce(sets.identifier_set_id::varchar, '\N'),
        escaped(trim(r.text, e' \t\r\n'))
    ) || chr(10) as row
from record as r
inner join kept using (k)
left join record_set using (k)
left join known_set as sets using (identifier_ids, strengths)
order by r.k
"""
_MONTHS = """
select distinct date_trunc('month', make_timestamp(event_us + $day_offset))::date
from record where k in (select k from kept)
"""


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that cannot be loaded: which one, why, and the field that is wrong."""

    k: int
    reason: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing found: records that cannot be loaded, how many can.

    `dropped` names the record of every identifier that was left out because it names nobody.
    """

    bad: list[Bad]
    dropped: npt.NDArray[np.int32]
    kept_count: int


@dataclass(frozen=True, slots=True)
class CopyRows:
    """Rows in COPY's text format, and which record each of them is, in ascending order."""

    ks: npt.NDArray[np.int32]
    rows: pa.StringArray

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def k(self, index: int) -> int:
        """The record of a row."""
        return int(self.ks[index])

    def between(self, first_k: int, end_k: int) -> "CopyRows":
        """The rows of the records from `first_k` on and before `end_k`."""
        start, stop = np.searchsorted(self.ks, [first_k, end_k])
        return CopyRows(self.ks[start:stop], self.rows[start:stop])

    def chunks(self, start: int, stop: int) -> Iterator[memoryview]:
        """The bytes of some of the rows, side by side as the engine left them, uncopied."""
        part = self.rows[start:stop]
        if len(part):
            offsets = np.frombuffer(part.buffers()[1], np.int32)[part.offset :]
            yield memoryview(part.buffers()[2])[offsets[0] : offsets[len(part)]]


NO_ROWS = CopyRows(np.empty(0, np.int32), pa.array([], pa.string()))


class BlockParser:
    """Parses texts of one contract: `parse`, then `register`, then `months` and `copy_rows`."""

    def __init__(
        self,
        engine: duckdb.DuckDBPyConnection,
        contract: Contract,
        accounts: Sequence[Account],
        arrival_day: date,
    ) -> None:
        self._engine = engine
        self._query = record_query(contract, accounts, arrival_day)

    def parse(self, texts: pa.Table, junk: JunkLists) -> Parsed:
        """Reads, checks and identifies the texts (`k`, `line_number`, `text`)."""
        reasons = unstorable(self._engine, texts)
        bad = [Bad(k, reason, None) for k, reason in reasons.items()]
        if reasons:
            listed = pa.array(list(reasons), pa.int32())
            texts = texts.filter(pc.invert(pc.is_in(texts["k"], listed)))
        self._engine.register("json_text", texts)
        sql = f"create or replace temp table record as {self._query.sql}"
        self._run(sql, self._query.parameters)
        rows = self._run("select k, reason, field from record where reason is not null")
        bad += [Bad(k, reason, field) for k, reason, field in rows]
        too_many, dropped = self._identify(junk)
        bad += [Bad(k, "too_many_identifiers", None) for k in too_many]
        return Parsed(bad, dropped, self._keep(bad))

    def register(self, register_identifiers: Register, register_sets: Register) -> None:
        """Gives every identifier and every set of them its number."""
        self._run(_KNOWN)
        self._forget_if_many()
        wanted = self._table(_WANTED_IDENTIFIERS)
        if wanted.num_rows:
            self._engine.register("new_identifier", register_identifiers(wanted))
            self._run(_LEARN_IDENTIFIERS)
        self._run(_RECORD_SETS)
        wanted = self._table(_WANTED_SETS)
        if wanted.num_rows:
            self._engine.register("new_set", register_sets(wanted))
            self._run(_LEARN_SETS)

    def months(self) -> set[date]:
        """First days of the months the kept records belong to."""
        rows = self._run(_MONTHS, {"day_offset": SHANGHAI_OFFSET_MICROSECONDS})
        return {month for (month,) in rows}

    def copy_rows(self) -> CopyRows:
        """The kept records in COPY's text format."""
        self._run(_ESCAPED)
        table = self._table(_COPY_ROWS, {"day_offset": SHANGHAI_OFFSET_MICROSECONDS})
        return CopyRows(table["k"].to_numpy(), table["row"].combine_chunks())

    def _identify(self, junk: JunkLists) -> tuple[list[int], npt.NDArray[np.int32]]:
        """Normalises identifiers; gives records with too many, and a record per dropped one."""
        self._run(_SEEN)
        values = self._table("select distinct namespace, value from seen")
        self._engine.register("normal", _normalised(values, junk))
        self._run(_IDENTIFIED)
        too_many = self._run(_TOO_MANY, {"max_identifiers": MAX_IDENTIFIERS})
        dropped = self._table(_DROPPED)["k"].to_numpy()
        return [k for (k,) in too_many], dropped

    def _keep(self, bad: Sequence[Bad]) -> int:
        self._engine.register("bad", pa.table({"k": pa.array([b.k for b in bad], pa.int32())}))
        self._run(
            "create or replace temp table kept as select k from record where k not in (from bad)"
        )
        return int(self._run("select count(*) from kept")[0][0])

    def _forget_if_many(self) -> None:
        """Starts the memory of numbers anew when it has grown too large."""
        ((identifiers, sets),) = self._run(_COUNT_KNOWN)
        if max(identifiers, sets) > MAX_KNOWN:
            self._run(_FORGET_KNOWN)

    def _run(self, sql: str, parameters: object = None) -> list[Any]:
        return rows_of(self._engine, sql, parameters)

    def _table(self, sql: str, parameters: object = None) -> pa.Table:
        return table_of(self._engine, sql, parameters)


def _normalised(values: pa.Table, junk: JunkLists) -> pa.Table:
    parts = []
    for namespace in pc.unique(values["namespace"]).to_pylist():
        part = values.filter(pc.equal(values["namespace"], namespace))
        texts = part["value"].combine_chunks()
        parts.append(part.append_column("normalised", normalise_namespace(namespace, texts, junk)))
    if not parts:
        return values.append_column("normalised", values["value"])
    return pa.concat_tables(parts)
