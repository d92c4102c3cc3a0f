"""A query is planned once, and asked of other texts each time."""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.engine import open_engine, rows_of
from ingestion.record_query import Query
from ingestion.text_query import TextQuery, literal, with_literals


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


def texts(*values: str) -> pa.Table:
    k = pa.array(range(len(values)), pa.int32())
    return pa.table(
        {"k": k, "line_number": k.cast(pa.int64()), "text": pa.array(values, pa.string())}
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_text_is_the_same_as_a_literal(engine: duckdb.DuckDBPyConnection, value: str) -> None:
    assert rows_of(engine, f"select {literal(value)}, 1") == [(value, 1)]
    assert rows_of(engine, f"select {literal([value, None])}") == [([value, None],)]


@pytest.mark.parametrize("value", [True, 1.5, b"a", {"a": 1}, [object()]])
def test_other_values_are_no_literals(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_a_value_that_looks_like_a_placeholder_stays_itself() -> None:
    query = Query("select $p0, $p1, $paths", {"p0": "$p1", "p1": "'$paths", "paths": []})
    assert with_literals(query) == "select '$p1', '''$paths', []"


def test_queries_of_one_engine_keep_their_texts_apart(engine: duckdb.DuckDBPyConnection) -> None:
    upper = TextQuery(engine, Query("select upper(text) as t from json_text", {}))
    suffixed = TextQuery(engine, Query("select text || $p0 as t from json_text", {"p0": "!"}))
    for word in ("a", "b", "c"):
        assert upper.run(texts(word, "x"))["t"].to_pylist() == [word.upper(), "X"]
        assert suffixed.run(texts(word))["t"].to_pylist() == [f"{word}!"]
    assert upper.run(texts())["t"].to_pylist() == []


def test_a_query_survives_a_new_catalogue(engine: duckdb.DuckDBPyConnection) -> None:
    query = TextQuery(engine, Query("select count(*) as n from json_text", {}))
    assert query.run(texts("a"))["n"].to_pylist() == [1]
    engine.execute("create or replace temp table other as select 1 as one")
    assert query.run(texts("a", "b"))["n"].to_pylist() == [2]
