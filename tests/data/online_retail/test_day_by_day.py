"""The shop's year day by day, and the same year in one window: the same facts, the same marts."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.chain import run_chain
from pipeline.ingest import ingest_window
from pipeline.window import Window
from settings import Settings
from tests.conftest import new_database
from tests.state import current_state, differing
from warehouse.connection import LOGIN, connect
from warehouse.database_roles import open_database

FIRST_DAY, LAST_DAY = date(2010, 12, 1), date(2011, 12, 9)
ONE_DAY = timedelta(days=1)

CHAIN_EVERY_DAYS = int(os.environ.get("C360_SHOP_CHAIN_DAYS", "20"))
"""The chain runs every so many days and on each of the last ones; 1 is each day of the year."""

DAILY_AT_THE_END = 3


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("first_day", [date(2011, 12, 4), FIRST_DAY], ids=["week", "year"])
def test_day_by_day_equals_one_window(
    shop: Settings,
    template_database: Settings,
    shared_data: Path,
    converter: ModuleType,
    first_day: date,
):
    converter.write_landing(
        shared_data / "events" / "online_retail.parquet", shop.landing_dir, first_day, LAST_DAY
    )
    days = [first_day + n * ONE_DAY for n in range((LAST_DAY - first_day).days + 1)]
    for number, day in enumerate(days, start=1):
        is_late = number > len(days) - DAILY_AT_THE_END
        if number % CHAIN_EVERY_DAYS == 0 or is_late:
            run_chain(shop, datetime(2012, 1, 2, tzinfo=UTC), window=Window(day, day))
        else:
            ingest_window(shop, "commerce", Window(day, day))

    with new_database(template_database, is_copy=True) as database:
        with connect(database, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        at_once = replace(database, config_dir=shop.config_dir, landing_dir=shop.landing_dir)
        run_chain(at_once, datetime(2012, 1, 2, tzinfo=UTC), window=Window(first_day, LAST_DAY))
        assert differing(current_state(shop), current_state(at_once)) == set()
    if first_day == FIRST_DAY:
        assert_whole_year(shop)


def assert_whole_year(shop: Settings) -> None:
    with connect(shop, LOGIN) as conn:
        loads = conn.execute("""
            select count(distinct landing_day), sum(rows_in)::bigint, sum(duplicate + quarantined)
            from ops.load where kind = 'order_lines'
        """).fetchone()
    assert loads == (305, 541_909, 0)
