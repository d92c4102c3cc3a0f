"""Whatever bytes come: no exception, every line accounted for, what is kept is really JSON."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from identifiers import JunkLists
from ingestion.contract import load_contract
from ingestion.engine import open_engine
from ingestion.identification import Identification, Registers
from ingestion.json_checks import examine
from ingestion.lines import Block, open_chunks, split
from ingestion.readers import FORMATS, read_texts
from ingestion.records import BlockParser
from ingestion.rejects import HINTS, Reject
from ingestion.texts import line_texts
from settings import Account
from warehouse.binary_copy import payload, rows_in_binary

ACCOUNTS = [
    Account(appid="wx1", kind="app", open_platform="op", name_zh="应", name_en="App"),
]
REGISTERS = Registers(
    lambda rows: rows.append_column("identifier_id", pa.array(np.arange(rows.num_rows))),
    lambda rows: rows.append_column("identifier_set_id", pa.array(np.arange(rows.num_rows))),
)
KEYS = ["type", "messageId", "anonymousId", "timestamp", "context", "device", "id", "properties"]

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-11-20T01:05:00Z", "track", "ios", "undefined"])
)  # fmt: skip
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)
json_lines = documents.map(lambda d: json.dumps(d).encode("utf-8", "surrogatepass"))
events = st.fixed_dictionaries(
    {
        "type": st.just("track"),
        "messageId": st.text(max_size=4),
        "anonymousId": st.text(max_size=4),
    },
    optional=dict.fromkeys(KEYS[3:], documents),
).map(lambda d: json.dumps(d, ensure_ascii=False).encode("utf-8", "surrogatepass"))
raw_lines = st.binary(max_size=60) | json_lines | events


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    content = bytearray(b"\n".join(draw(st.lists(raw_lines, max_size=6))))
    for position, byte in draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)),
                                        max_size=3)):  # fmt: skip
        if content:
            content[position % len(content)] = byte
    return bytes(content)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=damaged_files(),
    file_format=st.sampled_from(sorted(FORMATS)),
    kind=st.sampled_from(
        ["app/events", "official_account/followers", "official_account/wecom_contacts"]
    ),
)
@example(content=b"\r\0", file_format=".csv", kind="app/events")
def test_any_bytes_are_loaded_or_refused_with_a_reason(
    engine: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    content: bytes,
    file_format: str,
    kind: str,
) -> None:
    contract = load_contract(*kind.split("/"))
    path = tmp_path / f"a{file_format}"
    path.write_bytes(content)
    parser = BlockParser(engine, contract, ACCOUNTS, date(2026, 11, 21))
    for part in read_texts(engine, path, contract):
        if isinstance(part, Reject):
            assert part.reason in HINTS
            continue
        table = pa.table(
            {
                "k": part.table["k"],
                "line_number": part.table["line"].cast(pa.int64()),
                "text": part.table["text"],
            }
        )
        parsed = parser.parse(table, Identification(JunkLists()), REGISTERS)
        assert len({bad.k for bad in parsed.bad}) == len(parsed.bad)
        assert parsed.rows.num_rows + len(parsed.bad) == part.table.num_rows
        assert len(payload(rows_in_binary(parsed.rows.drop_columns(["k"])))) >= 0
        assert {bad.reason for bad in parsed.bad} | {r.reason for r in part.rejects} <= set(HINTS)
        refused = {bad.k for bad in parsed.bad}
        for k, text in enumerate(part.table["text"].to_pylist()):
            if k not in refused:
                assert isinstance(json.loads(text), dict)


@given(content=damaged_files())
def test_every_line_becomes_one_text_or_one_reject(content: bytes) -> None:
    lines = 0
    for part in split([content]):
        assert isinstance(part, Block)
        texts = line_texts(part)
        assert texts.row_count == len(part)
        lines += len(part)
    body = content.removeprefix(b"\xef\xbb\xbf")
    expected = body.count(b"\n") + (1 if body and not body.endswith(b"\n") else 0)
    assert lines == expected


@given(content=st.binary(max_size=200), suffix=st.sampled_from([".gz", ".zst"]))
def test_damaged_compression_never_raises_beyond_what_split_expects(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("damaged") / f"a.jsonl{suffix}"
    path.write_bytes(content)
    parts = list(split(open_chunks(path)))
    assert all(isinstance(part, Block | Reject) for part in parts)


def names_a_key_twice(text: str) -> bool:
    """The oracle: Python's own parser, pair by pair."""
    repeated = []

    def pairs(members: list[tuple[str, object]]) -> dict[str, object]:
        repeated.append(len({name for name, _ in members}) != len(members))
        return dict(members)

    json.loads(text, object_pairs_hook=pairs)
    return any(repeated)


def objects_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(['"a"', '"b"', r'"\u0061"', '"a,b"', '""'])
    members = st.lists(st.tuples(names, inner), max_size=3)
    return members.map(lambda pairs: "{" + ",".join(f"{n}: {v}" for n, v in pairs) + "}")


values = st.recursive(
    st.integers(0, 3).map(str) | st.just('"[{"'),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]") | objects_of(inner)
    ),
    max_leaves=8,
)


@given(texts=st.lists(objects_of(values), min_size=1, max_size=5))
def test_a_key_named_twice_is_found_at_any_depth(
    texts: list[str],
) -> None:
    found = examine(pa.array(texts)).reasons
    assert found == {k: "duplicate_key" for k, text in enumerate(texts) if names_a_key_twice(text)}
