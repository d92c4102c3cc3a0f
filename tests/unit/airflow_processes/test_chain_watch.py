"""Waiting for the chain ends when the day is published, and says why when it never will be."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from c360 import chain_watch
from settings import Settings, load_settings
from warehouse.errors import Fatal, Retryable
from warehouse.freshness import RunSummary
from warehouse.pending_work import PendingWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from c360.airflow_client import AirflowClient

DAY = date(2026, 10, 1)
DONE = PendingWork(0, 0, DAY, DAY, is_loading=False)
WAITS = PendingWork(5, 5, DAY, None, is_loading=False)


class Airflow:
    """Runs of the chain by state; a trigger publishes when the test says so."""

    def __init__(self, work: PendingWork) -> None:
        self.work = work
        self.by_state: dict[str, list[str]] = {}
        self.triggered = 0
        self.after_trigger: Callable[[], None] = lambda: None

    def runs(self, _: str, states: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        wanted = states or tuple(self.by_state)
        return [{"dag_run_id": run} for state in wanted for run in self.by_state.get(state, [])]

    def task_instances(self, *_: str) -> list[dict[str, Any]]:
        return [{"task_id": "build_marts", "state": "running"}]

    def trigger(self, _: str) -> None:
        self.triggered += 1
        self.after_trigger()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"C360_STATE_DIR": str(tmp_path)})


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> Airflow:
    fake = Airflow(WAITS)
    blocked = RunSummary(1, datetime.now(UTC), DAY, "blocked", "gate raw: volume_as_usual")
    monkeypatch.setattr(chain_watch, "read_pending_work", lambda _: fake.work)
    monkeypatch.setattr(chain_watch, "recent_runs", lambda _: [blocked])
    monkeypatch.setattr(chain_watch, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(chain_watch, "IDLE_SECONDS", 0.05)
    return fake


def wait(settings: Settings, airflow: Airflow, seconds: float = 5) -> None:
    api = cast("AirflowClient", airflow)
    chain_watch.wait_for_chain(settings, api, DAY, timeout_seconds=seconds)


def test_a_published_day_is_not_waited_for(settings: Settings, airflow: Airflow):
    airflow.work = DONE
    wait(settings, airflow)
    assert airflow.triggered == 0


def test_a_chain_that_lost_its_event_is_started_by_hand(settings: Settings, airflow: Airflow):
    airflow.after_trigger = lambda: setattr(airflow, "work", DONE)
    wait(settings, airflow)
    assert airflow.triggered == 1


def test_a_day_that_never_completes_is_not_waited_for_until_the_end(
    settings: Settings, airflow: Airflow
):
    with pytest.raises(Fatal, match="2026-10-01 is not complete"):
        wait(settings, airflow)
    assert airflow.triggered == 2


def test_a_blocked_run_is_told_with_its_reason(settings: Settings, airflow: Airflow):
    airflow.after_trigger = lambda: airflow.by_state.update(failed=["new"])
    with pytest.raises(Fatal, match="blocked: gate raw: volume_as_usual"):
        wait(settings, airflow)


def test_a_failure_of_the_past_is_not_told_again(settings: Settings, airflow: Airflow):
    airflow.by_state["failed"] = ["old"]
    airflow.after_trigger = lambda: setattr(airflow, "work", DONE)
    wait(settings, airflow)


def test_a_chain_at_work_is_left_alone_until_the_time_is_over(settings: Settings, airflow: Airflow):
    airflow.by_state["running"] = ["r"]
    with pytest.raises(Retryable, match="did not publish 2026-10-01"):
        wait(settings, airflow, 0.3)
    assert airflow.triggered == 0
