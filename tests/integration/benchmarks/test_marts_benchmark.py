"""The benchmark of portraits and marts runs, and what it invents fills the marts it measures."""

from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.marts import BAR, Report, measure, summary
from benchmarks.model_time import wall_shares
from benchmarks.synthetic_behaviour import BEHAVIOUR
from benchmarks.synthetic_marts import fill_history, live_another_day
from benchmarks.synthetic_membership import MEMBERSHIP
from benchmarks.synthetic_people import BrandSize
from benchmarks.synthetic_trade import TRADE
from settings import Settings
from tests.integration.dbt.deliveries import copy_of, rows

DAY = date(2026, 11, 22)
MAY_BE_EMPTY = {"profile_redirect", "shared_identifier"}
"""Nobody merged, and no identifier is everybody's."""


def test_every_kind_of_record_comes_and_a_second_day_adds_to_the_busy_ones(
    warehouse_settings: Settings,
):
    count = "select source, kind, count(*) from raw.record group by 1, 2"
    fill_history(warehouse_settings, BrandSize(100, orders=5, events=20), DAY)
    first = {(source, kind): n for source, kind, n in rows(warehouse_settings, count)}
    assert first.keys() == {*BEHAVIOUR, *TRADE, *MEMBERSHIP}
    live_another_day(warehouse_settings, DAY + timedelta(days=1))
    second = {(source, kind): n for source, kind, n in rows(warehouse_settings, count)}
    assert sum(second.values()) > sum(first.values())
    assert {kind for kind in second if second[kind] > first[kind]} <= {*BEHAVIOUR, *TRADE}


@pytest.mark.nightly
def test_the_benchmark_of_marts_leaves_none_empty_and_tells_every_figure(
    staged_database: Settings,
):
    console = Console(file=StringIO(), width=200)
    report = Report(console, 200)
    with copy_of(staged_database) as settings:
        measure(settings, report, BrandSize(200), is_raw_emptied=False)
        marts = rows(
            settings,
            "select table_name from information_schema.tables"
            " where table_schema = 'mart' and table_type = 'BASE TABLE'",
        )
        empty = {
            name for (name,) in marts if not rows(settings, f"select from mart.{name} limit 1")
        }
    assert BAR.keys() <= report.figures.keys()
    assert empty <= MAY_BE_EMPTY
    console.print(summary([report]))


def test_wall_seconds_are_divided_among_what_ran_at_the_time():
    shares = wall_shares({"facts": (0.0, 4.0), "growth": (2.0, 5.0)})
    assert shares == {"facts": 3.0, "growth": 2.0}
