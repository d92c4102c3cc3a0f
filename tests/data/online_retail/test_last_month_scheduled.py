"""The shop's last thirty days through the real DAGs and a real scheduler, after its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from c360 import airflow_processes
from c360.airflow_client import AirflowClient
from c360.chain_watch import wait_for_chain
from pipeline.chain import run_chain
from pipeline.window import Window
from settings import Settings
from tests.conftest import new_database
from tests.dags.conftest import new_deployment
from tests.data.online_retail.conftest import as_shop
from tests.data.online_retail.test_day_by_day import FIRST_DAY, LAST_DAY
from tests.state import current_state, differing
from warehouse.connection import LOGIN, connect
from warehouse.database_roles import open_database

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(5400)]

DAYS = 30
WAIT_SECONDS = 900


@contextmanager
def started(settings: Settings) -> Iterator[AirflowClient]:
    try:
        api = airflow_processes.start(settings)
        for dag_id in ("ingest_commerce", "customer_360"):
            api.unpause_when_read(dag_id, timeout_seconds=60)
        yield api
    finally:
        airflow_processes.stop(settings)


def ingest(api: AirflowClient, first: date, last: date) -> None:
    run_id = api.trigger("ingest_commerce", {"first_day": str(first), "last_day": str(last)})
    run = api.wait("ingest_commerce", run_id, timeout_seconds=WAIT_SECONDS)
    assert run["state"] == "success"


@pytest.mark.nightly
def test_thirty_scheduled_days_equal_one_window(
    template_database: Settings, shared_data: Path, converter: ModuleType, tmp_path: Path
):
    with (
        new_deployment(template_database, tmp_path / "deployment") as deployment,
        new_database(template_database, is_copy=True) as database,
    ):
        shop = as_shop(deployment, tmp_path)
        converter.write_landing(
            shared_data / "events" / "online_retail.parquet", shop.landing_dir, FIRST_DAY, LAST_DAY
        )
        sold = {date.fromisoformat(p.name) for p in shop.landing_dir.glob("commerce/orders/*")}
        days = [LAST_DAY - timedelta(days=age) for age in range(DAYS - 1, -1, -1)]
        with started(shop) as api:
            history_end = days[0] - timedelta(days=1)
            ingest(api, FIRST_DAY, history_end)
            wait_for_chain(shop, api, max(sold - set(days)), timeout_seconds=WAIT_SECONDS)
            for day in days:
                ingest(api, day, day)
                if day in sold:
                    wait_for_chain(shop, api, day, timeout_seconds=WAIT_SECONDS)
        with connect(database, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        at_once = replace(database, config_dir=shop.config_dir, landing_dir=shop.landing_dir)
        run_chain(at_once, datetime(2012, 1, 2, tzinfo=UTC), window=Window(FIRST_DAY, LAST_DAY))
        assert differing(current_state(shop), current_state(at_once)) == set()
