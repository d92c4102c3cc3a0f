"""Whole columns go in and come out unchanged."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from psycopg import sql

from c360.masking import masked_text
from settings import Settings
from warehouse.columns import copy_in, copy_out
from warehouse.connection import connect
from warehouse.errors import Fatal

ROWS = pa.table(
    {
        "number": pa.array([1, None, -(2**62)], pa.int64()),
        "words": pa.array(['"a",\r\n\\N', "", None], pa.string()),
        "is_so": pa.array([True, False, None], pa.bool_()),
        "at": pa.array(
            [datetime(2026, 2, 28, 16, 0, 0, 1, UTC), None, None], pa.timestamp("us", UTC)
        ),
        "day": pa.array([date(2024, 2, 29), None, None], pa.date32()),
        "share": pa.array([0.1, 1e300, None], pa.float64()),
    }
)
TABLE = (
    "create temporary table copied"
    " (number bigint, words text, is_so boolean, at timestamptz, day date, share float8)"
)


def test_every_type_survives_the_round_trip(warehouse_settings: Settings) -> None:
    with connect(warehouse_settings, "c360_ingest") as conn:
        conn.execute(TABLE)
        copy_in(conn, sql.Identifier("copied"), ROWS)
        names = sql.SQL(", ").join(map(sql.Identifier, ROWS.column_names))
        query = sql.SQL("select {} from copied order by number nulls last").format(names)
        back = copy_out(conn, query, ROWS.schema)
    assert back.sort_by("number").equals(ROWS.sort_by("number"))


def test_lists_become_arrays(warehouse_settings: Settings) -> None:
    rows = pa.table({"ids": pa.array([[3, 1], [], None], pa.list_(pa.int64()))})
    with connect(warehouse_settings, "c360_ingest") as conn:
        conn.execute("create temporary table copied (ids bigint[])")
        copy_in(conn, sql.Identifier("copied"), rows)
        assert conn.execute("select ids from copied").fetchall() == [([3, 1],), ([],), (None,)]


def test_an_empty_result_keeps_its_columns(warehouse_settings: Settings) -> None:
    with connect(warehouse_settings, "c360_ingest") as conn:
        conn.execute(TABLE)
        back = copy_out(conn, sql.SQL("select number from copied"), ROWS.select(["number"]).schema)
    assert back.num_rows == 0
    assert back.schema.names == ["number"]


def test_a_refused_row_is_told_without_its_values(warehouse_settings: Settings) -> None:
    rows = pa.table({"number": pa.array(["13800-canary"])})
    with connect(warehouse_settings, "c360_ingest") as conn:
        conn.execute(TABLE)
        with pytest.raises(Fatal) as refused:
            copy_in(conn, sql.Identifier("copied"), rows)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("namespace", "value"),
    [
        ("phone", "+8615400001234"),
        ("email", "ann@example.com"),
        ("openid", "oAAA-invented-BBB"),
        ("member_id", "M1"),
    ],
)
def test_both_masks_are_one(warehouse_settings: Settings, namespace: str, value: str) -> None:
    with connect(warehouse_settings, "c360_identity") as conn:
        row = conn.execute("select identity.mask(%s, %s)", (namespace, value)).fetchone()
    assert row is not None
    assert masked_text((namespace, "", value)) == f"{namespace}:{row[0]}"
