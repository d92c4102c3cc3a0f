"""Every line of a CSV file stands for itself, whatever its neighbours do."""

import json
from collections.abc import Iterator

import duckdb
import pytest

from ingestion.csv_lines import CsvReader
from ingestion.engine import open_engine
from ingestion.lines import Block, split


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


def read(
    engine: duckdb.DuckDBPyConnection, content: bytes
) -> tuple[dict[int, object], dict[int, str]]:
    """Records and reasons by line number."""
    (block,) = split([content])
    assert isinstance(block, Block)
    texts = CsvReader(engine).texts(block)
    records = {row["line"] + 1: json.loads(row["text"]) for row in texts.table.to_pylist()}
    return records, {reject.line_number: reject.reason for reject in texts.rejects}


def test_a_quote_in_the_wrong_place_swallows_no_neighbour(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    records, reasons = read(engine, b'a,b\n1,2\nx"y,"z\n3,\n"5","6,7"\n')
    assert records == {
        2: {"a": "1", "b": "2"},
        4: {"a": "3", "b": None},
        5: {"a": "5", "b": "6,7"},
    }
    assert reasons == {3: "column_count"}


def test_a_carriage_return_inside_a_line_begins_no_row(engine: duckdb.DuckDBPyConnection) -> None:
    records, reasons = read(engine, b"a,b\r\n1,2\r\n3,4\r5,6\r\n7,8\r\n")
    assert sorted(records) == [2, 4]
    assert reasons == {3: "column_count"}


def test_a_byte_order_mark_in_the_first_value_is_kept(engine: duckdb.DuckDBPyConnection) -> None:
    records, reasons = read(engine, b"a,b\n\xef\xbb\xbf1,2\n\xef\xbb\xbf\n")
    assert records == {2: {"a": "\ufeff1", "b": "2"}}
    assert reasons == {3: "column_count"}
