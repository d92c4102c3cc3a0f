"""Texts of a block to typed records: checked, identified, ready for COPY."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Contract
from ingestion.expressions import path_keys
from ingestion.identification import Identification, Registers, Shown, nothing_shown
from ingestion.json_checks import HASH_BYTES, Examined, examine
from ingestion.record_query import record_query, shown_query
from ingestion.text_query import TextQuery
from settings import Account
from warehouse.binary_copy import JSONB

TAKEN_APART_AT_ONCE = 2_048


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that cannot be loaded: which one, why, and the field that is wrong."""

    k: int
    reason: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of the texts.

    `rows` are those that can be loaded, in order: `k` and columns of `raw.record`. `dropped` counts
    for each text the identifiers that were left out because they name nobody.
    """

    bad: list[Bad]
    rows: pa.Table
    dropped: npt.NDArray[np.int64]


class BlockParser:
    """Parses texts of one contract."""

    def __init__(
        self,
        engine: duckdb.DuckDBPyConnection,
        contract: Contract,
        accounts: Sequence[Account],
        arrival_day: date,
    ) -> None:
        self._transport_fields = [path_keys(path) for path in contract.transport_fields]
        self._records = TextQuery(engine, record_query(contract, accounts, arrival_day))
        shown = shown_query(contract, accounts)
        self._shown = TextQuery(engine, shown) if shown else None
        self._name = f"{contract.source}/{contract.kind}/{contract.version}"

    def parse(
        self, texts: pa.Table, identification: Identification, registers: Registers
    ) -> Parsed:
        """Reads, checks and identifies texts: `k` from 0 without gaps, `line_number`, `text`."""
        examined = _examined(texts["text"], self._transport_fields)
        bad = [Bad(k, reason, None) for k, reason in examined.reasons.items()]
        read = _in_order(self._records.run(_without(texts, examined.reasons)))
        is_wrong = read["reason"].is_valid()
        wrong = read.filter(is_wrong).select(["k", "reason", "field"]).to_pylist()
        bad += [Bad(**one) for one in wrong]
        rows = read.filter(pc.invert(is_wrong)) if wrong else read
        shown = self._identified(rows, texts, identification, registers)
        ks = rows["k"].to_numpy()
        bad += [Bad(int(k), "too_many_identifiers", None) for k in ks[shown.is_too_many]]
        dropped = np.zeros(texts.num_rows, np.int64)
        dropped[ks] = shown.dropped
        rows = rows.drop_columns(["shown_key", "reason", "field"])
        rows = rows.append_column("identifier_set_id", shown.set_ids)
        if shown.is_too_many.any():
            rows = rows.filter(pa.array(~shown.is_too_many))
        return Parsed(bad, _with_body(rows, texts, examined.hashes), dropped)

    def _identified(
        self, rows: pa.Table, texts: pa.Table, identification: Identification, registers: Registers
    ) -> Shown:
        query = self._shown
        if query is None:
            return nothing_shown(rows.num_rows)

        def take_apart(places: npt.NDArray[np.int64]) -> pa.Table:
            numbers = pa.array(np.arange(len(places), dtype=np.int32))
            examples = texts.take(rows["k"].take(pa.array(places))).set_column(0, "k", numbers)
            # Lists of many records at once take much memory.
            starts = range(0, len(places), TAKEN_APART_AT_ONCE)
            return pa.concat_tables(
                query.run(examples.slice(start, TAKEN_APART_AT_ONCE)) for start in starts
            )

        keys = rows["shown_key"].combine_chunks()
        return identification.identify(self._name, keys, take_apart, registers)


def _examined(texts: pa.ChunkedArray, transport_fields: Sequence[Sequence[str]]) -> Examined:
    """Chunk by chunk, so that only one block's documents are held at a time."""
    reasons: dict[int, str] = {}
    hashes = [np.empty((0, HASH_BYTES), np.uint8)]
    first = 0
    for chunk in texts.chunks:
        examined = examine(chunk, transport_fields)
        reasons |= {first + place: reason for place, reason in examined.reasons.items()}
        hashes.append(examined.hashes)
        first += len(chunk)
    return Examined(reasons, np.concatenate(hashes))


def _in_order(read: pa.Table) -> pa.Table:
    """By `k`: the engine's joins hold small chunks back and hand them over last."""
    ks = read["k"].to_numpy()
    return read if (ks[1:] > ks[:-1]).all() else read.take(np.argsort(ks))


def _without(texts: pa.Table, reasons: dict[int, str]) -> pa.Table:
    if not reasons:
        return texts
    listed = pa.array(list(reasons), texts["k"].type)
    return texts.filter(pc.invert(pc.is_in(texts["k"], listed)))


def _with_body(rows: pa.Table, texts: pa.Table, hashes: npt.NDArray[np.uint8]) -> pa.Table:
    body = texts["text"]
    if rows.num_rows < texts.num_rows:
        body = body.take(rows["k"])
        hashes = hashes[rows["k"].to_numpy()]
    digests = pa.py_buffer(np.ascontiguousarray(hashes))
    uuids = pa.Array.from_buffers(pa.binary(HASH_BYTES), len(hashes), [None, digests])
    return rows.append_column("content_hash", uuids).append_column(JSONB.with_name("body"), body)
