"""Programs in sessions of their own: started, found again later, ended with all they forked.

A session keeps its number as long as one process of it lives, even after its leader died, so what a
killed program left behind is found by the number alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

import psutil

from warehouse.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

TERM_SECONDS = 10
ORPHAN_SECONDS = 1
KILL_SECONDS = 5


class Session(NamedTuple):
    """The leader's process number and when it was born (seconds since 1970, as the system says)."""

    pid: int
    born: float


def launch(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Session:
    """Start a program that outlives us; what it says is appended to `log`."""
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no outside input
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return Session(process.pid, psutil.Process(process.pid).create_time())


def is_leader_alive(session: Session) -> bool:
    """Whether the program itself still runs (not a later process with its number)."""
    try:
        process = psutil.Process(session.pid)
        is_zombie = process.status() == psutil.STATUS_ZOMBIE
        return bool(process.create_time() == session.born and not is_zombie)
    except psutil.NoSuchProcess:
        return False


def members(sessions: Iterable[Session]) -> list[int]:
    """Every living process of these sessions."""
    numbers = {session.pid for session in sessions if not _is_number_reused(session)}
    return [process.pid for process in psutil.process_iter() if _is_member(process, numbers)]


def end(sessions: Sequence[Session]) -> None:
    """Ask the leaders to end their programs, then kill whatever is left.

    A leader gets ten seconds; what it leaves behind has nobody to end it and gets one.

    Raises:
        Retryable: a process survived even that.
    """
    _signal((s.pid for s in sessions if is_leader_alive(s)), signal.SIGTERM)
    _wait_until(lambda: not any(map(is_leader_alive, sessions)), TERM_SECONDS)
    _wait_until(lambda: not members(sessions), ORPHAN_SECONDS)
    _signal(members(sessions), signal.SIGKILL)
    if not _wait_until(lambda: not members(sessions), KILL_SECONDS):
        raise Retryable(f"processes did not end: {members(sessions)}")


def _is_number_reused(session: Session) -> bool:
    try:
        return bool(psutil.Process(session.pid).create_time() != session.born)
    except psutil.NoSuchProcess:
        return False


def _is_member(process: psutil.Process, numbers: set[int]) -> bool:
    try:
        is_inside = os.getsid(process.pid) in numbers
        return is_inside and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
        return False


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _wait_until(is_so: Callable[[], bool], timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
