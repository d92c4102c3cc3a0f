"""A session is found and ended whole, and nobody else's process is touched."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from c360 import process_sessions
from c360.process_sessions import Session, end, is_leader_alive, launch, members

FORKS = "import os, time; os.fork(); os.fork(); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def started(code: str, log: Path, processes: int) -> Session:
    session = launch([sys.executable, "-c", code], os.environ, log)
    deadline = time.monotonic() + 10
    while len(members([session])) < processes and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(members([session])) == processes
    return session


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_ending_a_session_ends_everything_it_forked(log: Path):
    session = started(FORKS, log, 4)
    end([session])
    assert members([session]) == []
    assert not is_leader_alive(session)


def test_what_a_killed_leader_left_behind_is_still_found_and_ended(log: Path):
    session = started(FORKS, log, 4)
    os.kill(session.pid, signal.SIGKILL)
    os.waitpid(session.pid, 0)
    assert not is_leader_alive(session)
    assert len(members([session])) == 3
    end([session])
    assert members([session]) == []


def test_a_process_that_ignores_the_request_is_killed(log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process_sessions, "TERM_SECONDS", 0.3)
    session = started(DEAF, log, 1)
    time.sleep(0.3)
    end([session])
    assert members([session]) == []


def test_a_later_process_with_the_same_number_is_not_ours(log: Path):
    session = started("import time; time.sleep(60)", log, 1)
    earlier = Session(session.pid, session.born - 1)
    assert not is_leader_alive(earlier)
    assert members([earlier]) == []
    end([earlier])
    assert is_leader_alive(session)
    end([session])


def test_what_a_program_says_is_appended_to_its_log(log: Path):
    log.write_text("before\n")
    launch([sys.executable, "-c", "print('after')"], os.environ, log)
    # Not waitpid: who forgets a program that has ended has already asked how.
    deadline = time.monotonic() + 10
    while "after" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert log.read_text() == "before\nafter\n"
