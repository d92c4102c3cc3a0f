"""What dbt needs long to make, once for all tests of a worker, to copy from."""

from collections.abc import Iterator

import pytest

from settings import Settings
from tests.integration.dbt.brand import DAYS, deliveries
from tests.integration.dbt.deliveries import build, copy_of, deliver, start_run
from warehouse.runs import Run


@pytest.fixture(scope="session")
def brand_with_marts(staged_database: Settings) -> Iterator[tuple[Settings, Run]]:
    """The small brand after its days, built up to the marts; offers are not decided yet."""
    with copy_of(staged_database) as settings:
        for day, records in zip(DAYS, deliveries(), strict=True):
            deliver(settings, day, records)
        run = start_run(settings, DAYS[-1])
        build(settings, run, "staging", "marts")
        yield settings, run
