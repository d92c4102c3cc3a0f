"""Airflow's own share: overlapping tasks count once, gaps are its own."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from c360.task_time import Interval, covered_seconds, read_task_time, task_time

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)


def interval(start: int, end: int) -> Interval:
    return Interval(BEGIN + timedelta(seconds=start), BEGIN + timedelta(seconds=end))


PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted))


@given(PAIRS)
def test_covered_seconds_count_every_covered_second_once(pairs: list[list[int]]) -> None:
    oracle = {second for start, end in pairs for second in range(start, end)}
    assert covered_seconds(interval(*pair) for pair in pairs) == len(oracle)


def test_overhead_is_what_no_task_covers() -> None:
    time = task_time([interval(0, 40), interval(10, 100)], [interval(5, 30), interval(20, 60)])
    assert (time.total_seconds, time.task_seconds) == (100, 55)
    assert (time.overhead_seconds, time.overhead_share) == (45, 0.45)


def test_nothing_ran_is_no_overhead() -> None:
    assert task_time([], []).overhead_share == 0


class FakeAirflow:
    """Two runs, the older one before the time asked for, the newer one with an open task."""

    def runs(self, _dag_id: str) -> list[dict[str, object]]:
        times = {"new": (100, 200), "old": (0, 50)}
        return [
            {"dag_id": "d", "dag_run_id": name, **document("queued_at", *pair)}
            for name, pair in times.items()
        ]

    def task_instances(self, _dag_id: str, run_id: str) -> list[dict[str, object]]:
        assert run_id == "new"
        return [document("start_date", 120, 160), {"start_date": None, "end_date": None}]


def document(start: str, first: int, last: int) -> dict[str, object]:
    began, ended = interval(first, last)
    return {start: began.isoformat(), "end_date": ended.isoformat()}


def test_only_runs_queued_since_then_count() -> None:
    time = read_task_time(FakeAirflow(), BEGIN + timedelta(seconds=60))
    assert (time.total_seconds, time.task_seconds) == (100, 40)
