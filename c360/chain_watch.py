"""Follow the chain until it has published a day, whatever Airflow's events did meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from warehouse.errors import Fatal, Retryable
from warehouse.freshness import recent_runs
from warehouse.pending_work import read_pending_work

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from c360.airflow_client import AirflowClient
    from settings import Settings

CHAIN = "customer_360"
POLL_SECONDS = 1.0
IDLE_SECONDS = 4
MAX_TRIGGERS = 2


def wait_for_chain(
    settings: Settings,
    api: AirflowClient,
    as_of: date,
    *,
    timeout_seconds: float,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Wait until no load is pending and `as_of` is published; at once when it is so already.

    Should the chain stay idle with loads pending (Airflow may drop an event that comes while a
    run is being made; the hourly schedule would catch it), it is started by hand, as an operator
    would. `report` gets the name of the task at work.

    Raises:
        Fatal: a run was blocked or failed, or the day is not complete.
        Retryable: not done in time.
    """
    deadline = time.monotonic() + timeout_seconds
    known = {run["dag_run_id"] for run in api.runs(CHAIN)}
    idle_since, triggers = time.monotonic(), 0
    while time.monotonic() < deadline:
        if _is_done(settings, as_of) and not _active(api):
            return
        if task := _task_at_work(api):
            report(task)
            idle_since = time.monotonic()
        else:
            _raise_if_failed(settings, api, known)
        if time.monotonic() - idle_since > IDLE_SECONDS:
            if triggers == MAX_TRIGGERS:
                raise Fatal(f"{as_of} is not complete: `c360 status` shows which source lacks")
            api.trigger(CHAIN)
            idle_since, triggers = time.monotonic(), triggers + 1
        time.sleep(POLL_SECONDS)
    raise Retryable(f"the chain did not publish {as_of} in {timeout_seconds:.0f} s")


def _is_done(settings: Settings, as_of: date) -> bool:
    work = read_pending_work(settings)
    return work.loads == 0 and work.published_as_of is not None and work.published_as_of >= as_of


def _active(api: AirflowClient) -> list[str]:
    return [run["dag_run_id"] for run in api.runs(CHAIN, ["queued", "running"])]


def _task_at_work(api: AirflowClient) -> str:
    """The running task of the running run; its name or that of the queue when none runs now."""
    for run_id in reversed(_active(api)):
        tasks = api.task_instances(CHAIN, run_id)
        running = [task["task_id"] for task in tasks if task["state"] == "running"]
        return running[0] if running else "queue"
    return ""


def _raise_if_failed(settings: Settings, api: AirflowClient, known: set[str]) -> None:
    failed = {run["dag_run_id"] for run in api.runs(CHAIN, ["failed"])} - known
    if not failed:
        return
    ended = [run for run in recent_runs(settings) if run.status in {"blocked", "failed"}]
    why = f"{ended[0].status}: {ended[0].reason}" if ended else "its log is on Airflow's page"
    raise Fatal(f"run {failed.pop()} of {CHAIN} did not publish; {why}")
