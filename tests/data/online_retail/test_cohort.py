"""The shop's customers of December 2010 through the whole chain: who orders again, by month."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.chain import run_chain
from pipeline.window import Window
from settings import Settings
from warehouse.connection import connect

LAST_SALE, YEAR_END = date(2011, 12, 9), date(2012, 1, 1)
ACTIVE_AFTER_MONTHS = [324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
COHORT = """
select period_offset, sum(cohort_count), sum(active_count)
from mart.retention_cohort
where activity = 'order' and period = 'month' and cohort_date = date '2010-12-01'
group by period_offset order by period_offset
"""


def publish(settings: Settings, first: date, last: date, at: datetime) -> list[tuple[int, ...]]:
    run = run_chain(settings, at, window=Window(first, last))
    assert run
    assert run["as_of"] == str(last)
    with connect(settings, "") as conn:
        return conn.execute(COHORT).fetchall()


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_december_2010_customers_come_back_as_published(
    shop: Settings, shared_data: Path, converter: ModuleType
) -> None:
    parquet = shared_data / "events" / "online_retail.parquet"
    converter.write_landing(parquet, shop.landing_dir, date(2010, 12, 1), YEAR_END)

    before = publish(shop, date(2010, 12, 1), LAST_SALE, datetime(2011, 12, 10, tzinfo=UTC))
    assert before == [
        (month, 885, active if month < 12 else None)
        for month, active in enumerate(ACTIVE_AFTER_MONTHS, start=1)
    ]
    after = publish(shop, date(2011, 12, 10), YEAR_END, datetime(2012, 1, 2, tzinfo=UTC))
    assert after == [
        (month, 885, active) for month, active in enumerate(ACTIVE_AFTER_MONTHS, start=1)
    ]
