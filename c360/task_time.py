"""How much of a demonstration is Airflow's own: the time in which no task's body runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from c360.airflow_client import AirflowClient


class Interval(NamedTuple):
    """From when to when something ran."""

    start: datetime
    end: datetime


class TaskTime(NamedTuple):
    """Seconds from the first run queued to the last run ended, and those with a task at work."""

    total_seconds: float
    task_seconds: float

    @property
    def overhead_seconds(self) -> float:
        """Seconds in which Airflow was busy with itself only."""
        return self.total_seconds - self.task_seconds

    @property
    def overhead_share(self) -> float:
        """The same as a share of the total; 0 when nothing ran."""
        return self.overhead_seconds / self.total_seconds if self.total_seconds else 0.0


def covered_seconds(intervals: Iterable[Interval]) -> float:
    """Seconds covered by at least one interval; those that overlap count once."""
    covered = 0.0
    end: datetime | None = None
    for interval in sorted(intervals):
        start = interval.start if end is None else max(interval.start, end)
        if interval.end > start:
            covered += (interval.end - start).total_seconds()
        end = interval.end if end is None else max(end, interval.end)
    return covered


def task_time(runs: Sequence[Interval], tasks: Iterable[Interval]) -> TaskTime:
    """Weigh the tasks' bodies against the runs (queued to ended) that they belong to."""
    if not runs:
        return TaskTime(0.0, 0.0)
    total = max(run.end for run in runs) - min(run.start for run in runs)
    return TaskTime(total.total_seconds(), covered_seconds(tasks))


def read_task_time(api: "AirflowClient", since: datetime | None = None) -> TaskTime:
    """The task time of all finished runs of all DAGs that were queued at `since` or later."""
    runs, tasks = [], []
    for run in api.runs("~"):
        interval = _interval(run, "queued_at")
        if interval is None or (since is not None and interval.start < since):
            continue
        runs.append(interval)
        instances = api.task_instances(run["dag_id"], run["dag_run_id"])
        tasks += [_interval(instance, "start_date") for instance in instances]
    return task_time(runs, [task for task in tasks if task is not None])


def _interval(document: dict[str, object], start: str) -> Interval | None:
    """From the API's texts; None for what has not started or not ended."""
    began, ended = document.get(start), document.get("end_date")
    if not isinstance(began, str) or not isinstance(ended, str):
        return None
    return Interval(datetime.fromisoformat(began), datetime.fromisoformat(ended))
