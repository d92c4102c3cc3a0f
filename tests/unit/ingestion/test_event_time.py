"""The clocks of the sources: units, zones, limits of the calendar."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pytest

from ingestion.contract import Contract, TimeField
from ingestion.engine import open_engine, rows_of
from ingestion.record_query import record_query

ARRIVAL = date(2026, 11, 21)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_engine() as engine:
        yield engine


def contract(unit: str, zone: str = "+08:00") -> Contract:
    return Contract(
        source="app",
        kind="times",
        version=1,
        format="jsonl",
        load_mode="event",
        source_key=("id",),
        event_time=TimeField(path="at", unit=unit, zone=zone),
        link_basis="none",
        retention_days=400,
        horizon_days=400,
    )


def read(
    engine: duckdb.DuckDBPyConnection, unit: str, value: str, zone: str = "+08:00"
) -> datetime | str:
    """The time as an instant, or the reason why it has none. `value` is as in the JSON text."""
    query = record_query(contract(unit, zone), (), ARRIVAL)
    text = f'{{"id": 1, "at": {value}}}'
    engine.register(
        "json_text",
        pa.table({"k": pa.array([0], pa.int32()), "line_number": [1], "text": [text]}),
    )
    rows_of(engine, f"create or replace temp table read as {query.sql}", query.parameters)
    ((reason, moment),) = rows_of(engine, "select reason, event_at from read")
    return reason or moment.replace(tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("s", "1795105923", utc(2026, 11, 19, 16, 32, 3)),
        ("s", '"1795105923"', utc(2026, 11, 19, 16, 32, 3)),
        ("s", "1795105923.25", utc(2026, 11, 19, 16, 32, 3, 250_000)),
        ("ms", "1795105923123", utc(2026, 11, 19, 16, 32, 3, 123_000)),
        ("ms", '" 1795105923123 "', utc(2026, 11, 19, 16, 32, 3, 123_000)),
        ("ms", "1795105923", utc(2026, 11, 19, 16, 32, 3)),  # ten digits are seconds
        ("us", "1795105923123456", utc(2026, 11, 19, 16, 32, 3, 123_456)),
        ("iso8601", '"2026-11-20T01:02:03Z"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T09:02:03+08:00"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T09:02:03+0800"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T09:02:03+08"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T06:32:03.5+05:30"', utc(2026, 11, 20, 1, 2, 3, 500_000)),
        ("iso8601", '"2026-11-19T20:02:03-05:00"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20 01:02:03 Z"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T09:02:03"', utc(2026, 11, 20, 1, 2, 3)),
        ("iso8601", '"2026-11-20T09:02"', utc(2026, 11, 20, 1, 2)),
        ("iso8601", '"2026-11-20"', utc(2026, 11, 19, 16)),
        ("iso8601", '"2026-11-20T01:02:03,250Z"', utc(2026, 11, 20, 1, 2, 3, 250_000)),
        ("iso8601", '"2026-11-20T01:02:03.123456789Z"', utc(2026, 11, 20, 1, 2, 3, 123_456)),
        ("iso8601", '"2026-01-01T00:00:00+08:00"', utc(2025, 12, 31, 16)),
        ("iso8601", '"2026-11-20T24:00:00Z"', utc(2026, 11, 21)),
        ("date", '"2026-11-20"', utc(2026, 11, 19, 16)),
        ("date", '"20261120"', utc(2026, 11, 19, 16)),
        ("date", "20261120", utc(2026, 11, 19, 16)),
        ("iso8601", '"2028-02-29T00:00:00Z"', utc(2028, 2, 29)),
        ("s", "4102415999", utc(2099, 12, 31, 15, 59, 59)),
        ("iso8601", '"2026-11-24T00:00:00Z"', utc(2026, 11, 24)),  # a clock that is fast
    ],
)
def test_a_time_means_the_same_instant_however_it_is_written(
    engine: duckdb.DuckDBPyConnection, unit: str, value: str, expected: datetime
) -> None:
    assert read(engine, unit, value) == expected


@pytest.mark.parametrize(
    ("unit", "value", "reason"),
    [
        ("s", "null", "missing_field"),
        ("s", '""', "missing_field"),
        ("s", "true", "bad_time"),
        ("s", "{}", "bad_time"),
        ("s", '"2026-11-20"', "bad_time"),
        ("s", "1e9", "too_old"),
        ("s", '"0x10"', "bad_time"),
        ("s", '"nan"', "bad_time"),
        ("s", "999999999999", "year_out_of_range"),
        ("s", "999999999999999999", "bad_time"),
        ("s", "9999999999999999999999", "bad_time"),
        ("s", "-1", "year_out_of_range"),
        ("s", "0", "year_out_of_range"),
        ("s", "4102416000", "year_out_of_range"),
        ("s", "1795105923123", "year_out_of_range"),
        ("ms", "1795105923123456", "year_out_of_range"),
        ("us", "1795105923123", "year_out_of_range"),
        ("iso8601", "1795105923", "bad_time"),
        ("iso8601", '"yesterday"', "bad_time"),
        ("iso8601", '"infinity"', "bad_time"),
        ("iso8601", '"epoch"', "bad_time"),
        ("iso8601", '"2026-13-01T00:00:00Z"', "bad_time"),
        ("iso8601", '"2026-02-29T00:00:00Z"', "bad_time"),
        ("iso8601", '"2026-11-20T25:00:00Z"', "bad_time"),
        ("iso8601", '"2026-11-20T23:59:60Z"', "bad_time"),
        ("iso8601", '"20/11/2026"', "bad_time"),
        ("iso8601", '"2026-11-20T00:00:00Zulu"', "bad_time"),
        ("iso8601", '"0000-01-01T00:00:00Z"', "year_out_of_range"),
        ("iso8601", '"9999-12-31T23:59:59Z"', "year_out_of_range"),
        ("iso8601", '"1999-12-31T15:59:59Z"', "year_out_of_range"),
        ("iso8601", '"1999-12-31T16:00:00Z"', "too_old"),  # midnight of 2000 in Shanghai
        ("date", '"2026-1120"', "bad_time"),
        ("date", '"20261320"', "bad_time"),
        ("date", '"2026-11-20T00:00:00"', "bad_time"),
        ("iso8601", '"2025-10-16T23:59:59+08:00"', "too_old"),
    ],
)
def test_a_time_that_means_nothing_has_a_reason(
    engine: duckdb.DuckDBPyConnection, unit: str, value: str, reason: str
) -> None:
    assert read(engine, unit, value) == reason


def test_the_zone_counts_only_for_texts_that_carry_none(engine: duckdb.DuckDBPyConnection) -> None:
    assert read(engine, "iso8601", '"2026-11-20T01:00:00"', "+00:00") == utc(2026, 11, 20, 1)
    assert read(engine, "iso8601", '"2026-11-20T01:00:00Z"', "-05:00") == utc(2026, 11, 20, 1)
    assert read(engine, "date", '"2026-11-20"', "-05:00") == utc(2026, 11, 20, 5)


def test_the_oldest_day_of_the_horizon_is_taken(engine: duckdb.DuckDBPyConnection) -> None:
    assert read(engine, "iso8601", '"2025-10-17T00:00:00+08:00"') == utc(2025, 10, 16, 16)
