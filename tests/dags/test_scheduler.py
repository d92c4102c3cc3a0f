"""What holds under a real scheduler, LocalExecutor and all; one Airflow for the whole file."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from c360 import airflow_processes
from c360.airflow_client import AirflowClient
from c360.chain_watch import CHAIN, wait_for_chain
from c360.process_sessions import members
from pipeline.chain import run_chain
from pipeline.window import Window
from settings import Settings
from tests.conftest import new_database
from tests.state import differing, mart_state, state
from warehouse.database_roles import open_database
from warehouse.freshness import published_version
from warehouse.pending_work import read_pending_work

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1800)]

SOURCES = ("mini_program", "official_account", "app", "web", "commerce")
FIRST_DAY = date(2026, 10, 1)
ONE_DAY = timedelta(days=1)
WAIT_SECONDS = 600

Days = Iterator[date]
WriteDay = Callable[..., None]
Query = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def days() -> Days:
    """A new day for each call of `next`, so that the tests can share the deployment."""
    return (FIRST_DAY + index * ONE_DAY for index in range(365))


@pytest.fixture(scope="module")
def query(deployment: Settings) -> Query:
    def run(text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(deployment.database_url) as conn:
            return conn.execute(text).fetchall()

    return run


def start_ingest(
    api: AirflowClient, first: date, last: date, sources: Iterable[str] = SOURCES
) -> dict[str, str]:
    conf = {"first_day": str(first), "last_day": str(last)}
    return {f"ingest_{source}": api.trigger(f"ingest_{source}", conf) for source in sources}


def finish(api: AirflowClient, runs: dict[str, str]) -> None:
    for dag_id, run_id in runs.items():
        assert api.wait(dag_id, run_id, timeout_seconds=WAIT_SECONDS)["state"] == "success"


def chain_runs_with_work(query: Query) -> int:
    return int(str(query("select count(*) from ops.run")[0][0]))


def test_a_day_of_five_sources_is_published_by_the_scheduler(
    airflow: AirflowClient, deployment: Settings, write_day: WriteDay, query: Query, days: Days
):
    day = next(days)
    write_day(day)
    runs = start_ingest(airflow, day, day)
    finish(airflow, runs)
    wait_for_chain(deployment, airflow, day, timeout_seconds=WAIT_SECONDS)
    published = published_version(deployment)
    assert published
    assert published.as_of == day
    assert published.row_counts["profile"] > 0
    assert query("select count(*) from raw.record") == query("select sum(loaded) from ops.load")
    finished = [run for run in airflow.runs(CHAIN) if run["state"] == "success"]
    tasks = [t for run in finished for t in airflow.task_instances(CHAIN, run["dag_run_id"])]
    assert {task["task_id"] for task in tasks if task["state"] == "success"} >= {
        "open_run",
        "check_raw",
        "publish",
        "finish_run",
        "write_report",
    }
    assert list(deployment.reports_dir.glob("run_*.html"))


def test_an_ingest_run_without_new_files_is_skipped_and_starts_no_chain(
    airflow: AirflowClient, query: Query
):
    before = chain_runs_with_work(query)
    runs = start_ingest(airflow, FIRST_DAY, FIRST_DAY, ["web"])
    finish(airflow, runs)
    (task,) = airflow.task_instances("ingest_web", runs["ingest_web"])
    assert task["state"] == "skipped"
    assert chain_runs_with_work(query) == before


@pytest.mark.nightly
def test_five_sources_that_land_together_cause_at_most_two_chain_runs(
    airflow: AirflowClient, deployment: Settings, write_day: WriteDay, query: Query, days: Days
):
    day = next(days)
    before = chain_runs_with_work(query)
    write_day(day)
    finish(airflow, start_ingest(airflow, day, day))
    wait_for_chain(deployment, airflow, day, timeout_seconds=WAIT_SECONDS)
    assert 1 <= chain_runs_with_work(query) - before <= 2


@pytest.mark.nightly
def test_a_late_file_of_one_source_is_published_alone(
    airflow: AirflowClient, deployment: Settings, write_day: WriteDay, query: Query, days: Days
):
    old, new = next(days), next(days)
    for day in (old, new):
        write_day(day)
    finish(airflow, start_ingest(airflow, old, new))
    wait_for_chain(deployment, airflow, new, timeout_seconds=WAIT_SECONDS)
    before = chain_runs_with_work(query)
    write_day(old, sources=("commerce",), people=9)
    finish(airflow, start_ingest(airflow, old, old, ["commerce"]))
    wait_for_chain(deployment, airflow, new, timeout_seconds=WAIT_SECONDS)
    assert chain_runs_with_work(query) - before == 1
    published = published_version(deployment)
    assert published
    assert published.as_of == new
    late = query("select count(*) from ops.load where published_run_id is null")
    assert late == [(0,)]


@pytest.mark.nightly
def test_a_backfill_of_thirty_old_days_runs_beside_the_schedule(
    airflow: AirflowClient, deployment: Settings, write_day: WriteDay, query: Query, days: Days
):
    today = next(days)
    oldest = FIRST_DAY - 60 * ONE_DAY
    for age in range(30):
        write_day(oldest + age * ONE_DAY, sources=("commerce",))
    write_day(today)
    backfill = airflow.backfill("ingest_commerce", oldest, oldest + 29 * ONE_DAY)
    finish(airflow, start_ingest(airflow, today, today))
    wait_until(lambda: airflow.backfill_ended(backfill))
    wait_for_chain(deployment, airflow, today, timeout_seconds=WAIT_SECONDS)
    old_loads = "select count(distinct landing_day) from ops.load where landing_day < '2026-09-01'"
    assert query(old_loads) == [(30,)]
    as_ofs = [
        row[0] for row in query("select as_of from ops.run where status = 'published' order by 1")
    ]
    published = query("select as_of from ops.run where status = 'published' order by run_id")
    assert [row[0] for row in published] == as_ofs
    assert as_ofs[-1] == today


@pytest.mark.nightly
def test_a_killed_scheduler_heals_and_the_day_is_published(
    airflow: AirflowClient, deployment: Settings, write_day: WriteDay, query: Query, days: Days
):
    day = next(days)
    write_day(day, people=50)
    with copy_when_idle(deployment) as quiet:
        run_chain(quiet, datetime(2026, 11, 21, tzinfo=UTC), window=Window(day, day))
        undisturbed = state(quiet)
    before = mart_state(deployment)
    finish(airflow, start_ingest(airflow, day, day))
    running = "select 1 from ops.stage_run where status = 'running' and run_id is not null"
    wait_until(lambda: bool(query(running)))
    scheduler = airflow_processes.leader(deployment, "scheduler")
    assert scheduler
    for pid in members([scheduler]):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not members([scheduler]))
    assert mart_state(deployment) == before
    airflow_processes.start(deployment)
    wait_for_chain(deployment, airflow, day, timeout_seconds=WAIT_SECONDS)
    assert query("select count(*) from ops.stage_run where status = 'running'") == [(0,)]
    assert read_pending_work(deployment).loads == 0
    # Each run that took loads of the day published them, or says which run did.
    ended = query(f"""
        select distinct r.status, r.reason from ops.run as r
        inner join ops.run_load as t on r.run_id = t.run_id
        inner join ops.load as l on t.load_id = l.load_id where l.landing_day = '{day}'
    """)  # noqa: S608 - a date
    assert ("published", None) in ended
    assert set(ended) <= {("published", None), ("failed", "a newer run took its loads")}
    assert differing(state(deployment), undisturbed) == set()


@pytest.mark.nightly
def test_stopping_leaves_no_process(airflow: AirflowClient, deployment: Settings):
    assert airflow.health()
    sessions = [airflow_processes.leader(deployment, n) for n in airflow_processes.COMPONENTS]
    airflow_processes.stop(deployment)
    assert members([session for session in sessions if session]) == []
    assert not any(component.is_running for component in airflow_processes.status(deployment))


@contextmanager
def copy_when_idle(deployment: Settings) -> Iterator[Settings]:
    """A copy of the warehouse, taken when no task is connected to it."""
    deadline = time.monotonic() + WAIT_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                settings = stack.enter_context(new_database(deployment, is_copy=True))
                break
            except psycopg.errors.ObjectInUse:
                assert time.monotonic() < deadline
                time.sleep(0.5)
        with psycopg.connect(settings.database_url, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield settings


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
