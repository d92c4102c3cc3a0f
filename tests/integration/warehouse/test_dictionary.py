"""The dictionary gives every identifier one number, whoever asks and however often."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa

from settings import Settings
from warehouse.connection import connect
from warehouse.dictionary import register_identifiers, register_sets

ARRIVAL_DAY = date(2026, 11, 21)


def identifiers(rows: list[tuple[str, str, str]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(dict(zip(("namespace", "scope", "value"), map(list, columns), strict=True)))


def many(numbers: np.ndarray) -> pa.Table:
    values = pa.array([f"invented-{number}" for number in numbers])
    return pa.table(
        {
            "namespace": pa.array(["web_cookie"] * len(numbers)),
            "scope": pa.array([""] * len(numbers)),
            "value": values,
        }
    )


def register(settings: Settings, rows: pa.Table) -> list[int]:
    with connect(settings, "c360_ingest") as conn:
        return register_identifiers(conn, rows, ARRIVAL_DAY)["identifier_id"].to_pylist()


def test_numbers_come_back_in_the_order_asked_with_repetitions(
    warehouse_settings: Settings,
) -> None:
    b, a, nasty = ("openid", "wxB", "x"), ("openid", "wxA", "x"), ("email", "", "a\"b,\n{c}\\'é手")
    first = register(warehouse_settings, identifiers([b, a, b, nasty]))
    assert first[0] == first[2]
    assert len(set(first)) == 3
    assert register(warehouse_settings, identifiers([nasty, a])) == [first[3], first[1]]


def test_values_are_stored_exactly_as_given(warehouse_settings: Settings) -> None:
    nasty = ["", '"', "\\N", "a\r\nb", "NULL", " space ", "手机", "\t"]
    register(warehouse_settings, identifiers([("junk", "", value) for value in nasty]))
    with connect(warehouse_settings, "c360_identity") as conn:
        stored = conn.execute("select value from identity.identifier").fetchall()
    assert sorted(value for (value,) in stored) == sorted(nasty)


def test_arrival_day_is_never_remade(warehouse_settings: Settings) -> None:
    row = identifiers([("member_id", "", "m1")])
    register(warehouse_settings, row)
    with connect(warehouse_settings, "c360_ingest") as conn:
        register_identifiers(conn, row, date(2020, 1, 1))
        stored = conn.execute("select arrival_day from identity.identifier").fetchall()
    assert stored == [(ARRIVAL_DAY,)]


def test_an_empty_table_registers_nothing(warehouse_settings: Settings) -> None:
    empty = identifiers([("member_id", "", "m1")]).slice(1)
    assert register(warehouse_settings, empty) == []


def test_sets_keep_ids_and_strengths(warehouse_settings: Settings) -> None:
    sets = pa.table(
        {
            "identifier_ids": pa.array([[1, 2], [3], [1, 2], [1, 2]], pa.list_(pa.int64())),
            "strengths": pa.array([[1, 2], [2], [1, 2], [2, 2]], pa.list_(pa.int16())),
        }
    )
    with connect(warehouse_settings, "c360_ingest") as conn:
        ids = register_sets(conn, sets)["identifier_set_id"].to_pylist()
        again = register_sets(conn, sets)["identifier_set_id"].to_pylist()
        stored = conn.execute(
            "select identifier_ids, strengths from identity.identifier_set order by 1, 2"
        ).fetchall()
    assert ids == again
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3
    assert stored == [([1, 2], [1, 2]), ([1, 2], [2, 2]), ([3], [2])]


def test_four_loaders_at_once_agree_and_do_not_deadlock(warehouse_settings: Settings) -> None:
    def load(seed: int) -> dict[str, int]:
        rows = many(np.random.default_rng(seed).permutation(3_000))
        ids = register(warehouse_settings, rows)
        return dict(zip(rows["value"].to_pylist(), ids, strict=True))

    with ThreadPoolExecutor(4) as loaders:
        results = list(loaders.map(load, range(4)))
    assert all(result == results[0] for result in results)
    assert len(set(results[0].values())) == 3_000


def test_two_hundred_thousand_identifiers_take_seconds(warehouse_settings: Settings) -> None:
    rows = many(np.arange(200_000))
    started = time.monotonic()
    ids = register(warehouse_settings, rows)
    seconds = time.monotonic() - started
    assert len(set(ids)) == 200_000
    assert seconds < 20, f"{seconds:.1f} s"
