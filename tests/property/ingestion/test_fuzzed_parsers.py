"""Millions of damaged lines through every reader and contract: none raises, none is lost."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identifiers import JunkLists
from ingestion.contract import Contract, all_contracts
from ingestion.engine import open_engine
from ingestion.expressions import path_keys
from ingestion.identification import Identification, Registers
from ingestion.pieces import joined_texts
from ingestion.readers import FORMATS, read_texts
from ingestion.records import BlockParser
from ingestion.rejects import HINTS, Reject
from settings import Account
from warehouse.binary_copy import payload, rows_in_binary

LINES_A_FILE = 500
FILES, FILES_NIGHTLY = 8, 2_000
ARRIVAL = date(2026, 11, 21)
ACCOUNTS = [Account(appid="wx1", kind="app", open_platform="op", name_zh="应", name_en="App")]
REGISTERS = Registers(
    lambda rows: rows.append_column("identifier_id", pa.array(np.arange(rows.num_rows))),
    lambda rows: rows.append_column("identifier_set_id", pa.array(np.arange(rows.num_rows))),
)
VALUES = [
    "wx1", "track", "2026-11-20T01:05:00Z", 1795132800000, 1795132800, 1.5, -0.0, "", None, True,
    "undefined", "19400000000", [], {}, [1, {"a": [None]}], {"a": {"b": "c"}}, "a\tb", "中",
    "x" * 300,
]  # fmt: skip
TOKENS = [
    b"\\u0000", b"\\ud800", b"\\u003a", b"NaN", b"-Infinity", b"1e999", b"1e150", b"9" * 1200,
    b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\xff", b"\xef\xbb\xbf", b"\0", b"\r",
    b"\x85", b"[" * 120,
    b'"a":1,"a":2,', b"<a>", b"</xml>", b"&#0;", b"<![CDATA[", b"\t", b"'", b";",
]  # fmt: skip


def document(contract: Contract, chance: random.Random) -> dict[str, object]:
    """Something at many of the contract's paths."""
    dumped = json.dumps(contract.model_dump(mode="json"))
    paths = json.loads(dumped)["required"] + [[p] for p in contract.types]
    paths += [list(contract.event_time.path), list(contract.source_key)]
    paths += [list(spec.path) for spec in contract.identifiers if spec.path]
    paths += [list(some) for some in contract.columns.values()]
    result: dict[str, object] = {}
    for path in (one for some in paths for one in some if chance.random() < 0.8):
        *parents, last = path_keys(path.removesuffix("?")) or ["x"]
        holder = result
        for key in parents:
            inner = holder.setdefault(key, {})
            holder = inner if isinstance(inner, dict) else {}
        holder[last] = deepcopy(chance.choice(VALUES))
    return result


def line(contract: Contract, file_format: str, chance: random.Random) -> bytes:
    content = document(contract, chance)
    if file_format == ".csv":
        return ",".join(str(value) for value in content.values()).encode()
    if file_format == ".xml":
        inner = "".join(f"<{k.strip('$')}>{v}</{k.strip('$')}>" for k, v in content.items())
        return f"<xml>{inner}</xml>".encode()
    return json.dumps(content, ensure_ascii=chance.random() < 0.5).encode()


def damaged(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice([0, 0, 1, 1, 2, 5])):
        at = chance.randrange(len(content) + 1)
        until = min(len(content), at + chance.choice([0, 0, 1, 3, 40]))
        put = chance.choice(
            [b"", chance.choice(TOKENS), content[at : at + 20], chance.randbytes(2)]
        )
        content = content[:at] + put + content[until:]
    return content.replace(b"\n", b" ")


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


def load(engine: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> int:
    """Parses the file to the bytes that would be copied; gives the lines accounted for."""
    parser = BlockParser(engine, contract, ACCOUNTS, ARRIVAL)
    identification = Identification(JunkLists())
    lines: set[int] = set()
    for part in read_texts(engine, path, contract):
        if isinstance(part, Reject):
            assert part.reason in HINTS
            lines.add(part.line_number)
            continue
        parsed = parser.parse(joined_texts([part]), identification, REGISTERS)
        assert {bad.reason for bad in parsed.bad} | {r.reason for r in part.rejects} <= set(HINTS)
        assert parsed.rows.num_rows + len(parsed.bad) == part.table.num_rows
        assert payload(rows_in_binary(parsed.rows.drop_columns(["k"]))) is not None
        lines |= {reject.line_number for reject in part.rejects}
        lines |= set((part.table["line"].to_numpy() + part.block.first_line).tolist())
    return len(lines)


def fuzz(engine: duckdb.DuckDBPyConnection, folder: Path, seeds: range) -> None:
    contracts = all_contracts()
    for seed in seeds:
        chance = random.Random(seed)
        contract = contracts[seed % len(contracts)]
        file_format = sorted(FORMATS)[seed // len(contracts) % len(FORMATS)]
        lines = [damaged(line(contract, file_format, chance), chance) for _ in range(LINES_A_FILE)]
        path = folder / f"a{file_format}"
        path.write_bytes(b"\n".join([*lines, b"{}"]))
        found = load(engine, path, contract)
        # A page without items brings none; a CSV file's header is no record; Parquet has no lines.
        if contract.explode is None and file_format in {".jsonl", ".json", ".xml"}:
            assert found == LINES_A_FILE + 1, (seed, contract.source, contract.kind, file_format)


def test_damaged_lines_are_parsed_or_refused(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    fuzz(engine, tmp_path, range(0, FILES * 13, 13))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_a_million_damaged_lines_are_parsed_or_refused(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    fuzz(engine, tmp_path, range(FILES_NIGHTLY))
