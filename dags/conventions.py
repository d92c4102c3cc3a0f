"""What all DAGs of customer360 share: the asset between them, the clock, how a task is retried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)

RAW_CHANGED = Asset("raw_changed")

SERIAL: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    # Retried: what may heal by itself (`Retryable`) and a task whose process was killed.
    # Not retried: everything else, because the same input would fail the same way.
    "default_args": {
        "owner": "customer360",
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_policy": ExceptionRetryPolicy(
            rules=[RetryRule("warehouse.errors.Retryable", RetryAction.RETRY)],
            default=RetryAction.FAIL,
        ),
    },
}
"""One run at a time, only the newest of missed schedules, and when a task is tried again."""


def at(cron: str, *, interval: timedelta = timedelta(0)) -> CronTriggerTimetable:
    """A schedule on Shanghai's clock that waits for its next time when a DAG is unpaused."""
    return CronTriggerTimetable(
        cron, timezone="Asia/Shanghai", interval=interval, run_immediately=timedelta(0)
    )
