"""A year of a real shop through the commerce contracts: every line, every thousandth."""

from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from ingestion.window import WindowCounts, load_window
from settings import Settings
from warehouse.connection import connect


def load(settings: Settings, first: date, last: date) -> WindowCounts:
    return load_window(settings, "commerce", first, last, arrival_day=last)


def loaded_total_milli(settings: Settings) -> int:
    with connect(settings, "") as conn:
        row = conn.execute("""
            select sum((body->>'quantity')::bigint * (body->>'unit_price_milli')::bigint)
            from raw.record where kind = 'order_lines'
        """).fetchone()
    assert row
    return int(row[0])


def check(
    settings: Settings, shared_data: Path, converter: ModuleType, days: tuple[date, date]
) -> WindowCounts:
    first, last = days
    parquet = shared_data / "events" / "online_retail.parquet"
    written = converter.write_landing(parquet, settings.landing_dir, first, last)
    counts = load(settings, first, last)
    assert (counts.duplicate, counts.quarantined) == (0, 0)
    assert counts.rows_in == counts.loaded == written.orders + written.order_lines
    assert loaded_total_milli(settings) == written.total_milli
    with connect(settings, "") as conn:
        delivered = conn.execute("""
            select count(distinct landing_day), (select count(*) from ops.empty_day) from ops.load
        """).fetchone()
        totals = conn.execute("""
            select count(*)
            from (
                select body->>'order_id' as order_id, (body->>'total_fen')::bigint as total_fen
                from raw.record where kind = 'orders'
            ) as o
            inner join (
                select body->>'order_id' as order_id, round(sum(
                    (body->>'quantity')::numeric * (body->>'unit_price_milli')::numeric
                ) / 10) as total_fen
                from raw.record where kind = 'order_lines' group by 1
            ) as l using (order_id)
            where o.total_fen = l.total_fen
        """).fetchone()
    assert delivered == (written.days, written.empty_days)
    assert totals == (written.orders,)
    return counts


def test_thirty_days_load_whole(
    warehouse_settings: Settings, shared_data: Path, converter: ModuleType
) -> None:
    first, last = date(2011, 11, 10), date(2011, 12, 9)
    counts = check(warehouse_settings, shared_data, converter, (first, last))
    assert load(warehouse_settings, first, last).files == 0
    assert counts.rows_in > 80_000


@pytest.mark.nightly
def test_the_year_loads_whole_and_adds_up_to_the_published_total(
    warehouse_settings: Settings, shared_data: Path, converter: ModuleType
) -> None:
    year = date(2010, 12, 1), date(2012, 1, 1)
    check(warehouse_settings, shared_data, converter, year)
    assert loaded_total_milli(warehouse_settings) == 9_747_747_934
    with connect(warehouse_settings, "") as conn:
        counts = conn.execute("""
            select sum(rows_in), sum(duplicate), sum(quarantined),
                count(distinct landing_day) from ops.load where kind = 'order_lines'
        """).fetchone()
    assert counts == (541_909, 0, 0, 305)
