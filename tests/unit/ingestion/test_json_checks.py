import json
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest

from ingestion.engine import open_engine
from ingestion.json_checks import MAX_DEPTH, unstorable


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


def reason(engine: duckdb.DuckDBPyConnection, text: str) -> str | None:
    # Good neighbours on both sides: a verdict must reach its own line.
    texts = ['{"a": 1}', text, '{"b": {"c": [1, 2]}}']
    table = pa.table({"k": pa.array([0, 1, 2], pa.int32()), "text": pa.array(texts)})
    found = unstorable(engine, table)
    assert set(found) <= {1}
    return found.get(1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty_line"),
        (" \t\r", "empty_line"),
        ('{"a": 1', "invalid_json"),
        ("plain", "invalid_json"),
        ("{'a': 1}", "invalid_json"),
        ('{"a": 1,}', "invalid_json"),
        ('{"a": [1,]}', "invalid_json"),
        ('{"a": 01}', "invalid_json"),
        ('{"a": +1}', "invalid_json"),
        ('{"a": 1} {"b": 2}', "invalid_json"),
        ('\ufeff{"a": 1}', "invalid_json"),
        ('{"a": "\t"}', "invalid_json"),
        ("[1, 2]", "not_an_object"),
        ('"text"', "not_an_object"),
        ("1", "not_an_object"),
        ("null", "not_an_object"),
        ('{"a": NaN}', "number_out_of_range"),
        ('{"a": -Infinity}', "number_out_of_range"),
        ('{"a": 1e400000}', "number_out_of_range"),
        ('{"a": 1e-99999}', "number_out_of_range"),
        ('{"a": %s}' % ("9" * 2000), "number_out_of_range"),
        (r'{"a": "\u0000"}', "unstorable_text"),
        (r'{"\u0000": 1}', "unstorable_text"),
        (r'{"a": "\ud800"}', "unstorable_text"),
        (r'{"a": "\udc00\ud800"}', "unstorable_text"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        (r'{"a": 1, "\u0061": 2}', "duplicate_key"),
        ('{"a": {"b": 1, "b": 1}}', "duplicate_key"),
        ('{"a": {"b": {"c": {"d": {"e": 1, "e": 1}}}}}', "duplicate_key"),
        ('{"a": [1, {"b": 1, "b": 1}]}', "duplicate_key"),
        (' {"a": [ [], { "b": {"c": 1, "c": 1}}]}', "duplicate_key"),
        ('{"a": [{"b": 1}], "a": 1}', "duplicate_key"),
        ('{"": 1, "": 2}', "duplicate_key"),
        ('{"a,b": 1, "a,b": 2}', "duplicate_key"),
        ('{"a": [[{"b": 1, "b": 2}]]}', "duplicate_key"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "nested_too_deep"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested_too_deep"),
    ],
)
def test_what_jsonb_cannot_hold_is_found(
    engine: duckdb.DuckDBPyConnection, text: str, expected: str
) -> None:
    assert reason(engine, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "info, nan, -inf ,] :nan"}',
        '{"a": ": NaN, Infinity"}',
        r'{"a": "\\u0000"}',
        r'{"a": "\ud83d\ude00"}',
        '{"a": "' + "[{" * 300 + '"}',
        '{"a": 1e40, "b": 1E-40}',
        '{"id": "6f1c0d3e-0000-4000"}',
        '{"items": [{"b": 1}, {"b": 1}], "b": 1}',
        '{"a": ' + "[" * (MAX_DEPTH - 3) + "]" * (MAX_DEPTH - 3) + "}",
        ' {"a": 1} \r',
        "{}",
        '{"a": %s}' % ("9" * 400),
        '{"a.b": 1, "a": {"b": 2}}',
        '{"a,b": 1, "a": 2, "b": 3}',
        '{"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": [{"x": 1}]}]}',
    ],
)
def test_what_only_looks_wrong_is_left_alone(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    json.loads(text)
    assert reason(engine, text) is None
