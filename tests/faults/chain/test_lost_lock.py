"""A run that lost its lock sessions in the middle of dbt cannot commit beside the next run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from settings import Settings
from tests.faults.chain.conftest import DAY, environment_of, run_day, values_shown
from tests.state import State, differing, mart_state, state
from warehouse.connection import LOGIN, connect

WAIT_SECONDS = 400

DBT_AT_WORK = """
select count(*) from pg_stat_activity
where datname = current_database() and application_name = 'c360:transform'
    and exists (select from intermediate.int_orders where _load_id in (
        select load_id from ops.load where published_run_id is null
    ))
"""
END_LOCK_SESSIONS = """
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and application_name like 'c360:lock:%'
"""


def count(settings: Settings, query: str) -> int:
    with connect(settings, LOGIN, autocommit=True) as conn:
        row = conn.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def started_run(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    program = Path(sys.executable).with_name("c360")
    process = subprocess.Popen(
        [program, "run", "--from", str(DAY), "--to", str(DAY)],
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_run_that_lost_its_locks_gives_way_to_the_next(brand: Settings, undisturbed: State):
    before = mart_state(brand)
    with started_run(brand) as first:
        deadline = time.monotonic() + WAIT_SECONDS
        while not count(brand, DBT_AT_WORK):
            assert first.poll() is None, first.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # It sleeps while it believes to hold the locks, as a paused machine would.
        os.kill(first.pid, signal.SIGSTOP)
        assert count(brand, END_LOCK_SESSIONS) == 2
        assert mart_state(brand) == before

        second = run_day(brand)
        assert differing(state(brand), undisturbed) == set()
        published = mart_state(brand)

        os.kill(first.pid, signal.SIGCONT)
        shown = "".join(first.communicate(timeout=WAIT_SECONDS))
    assert first.returncode == 1
    assert "error: " in shown
    assert f"(run {int(str(second['run_id'])) - 1}, loads " in shown
    assert values_shown(brand, shown) == []
    assert mart_state(brand) == published
    assert differing(state(brand), undisturbed) == set()
