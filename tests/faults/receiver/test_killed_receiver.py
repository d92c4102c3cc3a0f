"""`kill -9` of the push receiver under load: every push it answered is found afterwards."""

import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from benchmarks.push_sender import APPID, KEY, TOKEN, http_request
from benchmarks.receiver import wait_until_healthy

SENDERS = 4


@contextmanager
def receiver(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "C360_STATE_DIR": str(folder / "state"),
        "C360_LANDING_DIR": str(folder / "landing"),
        f"C360_PUSH_TOKEN_{APPID.upper()}": TOKEN,
        f"C360_PUSH_KEY_{APPID.upper()}": KEY,
    }
    program = str(Path(sys.executable).with_name("c360"))
    command = [program, "receive", "--port", str(port), "--rotate-seconds", "0.5"]
    process = subprocess.Popen(command, env=environment)
    try:
        wait_until_healthy(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


class Sender(threading.Thread):
    """Sends pushes one after the other until the connection breaks; knows which were answered."""

    def __init__(self, port: int, first: int, step: int) -> None:
        super().__init__()
        self._port, self._number, self._step = port, first, step
        self.answered: list[int] = []

    def run(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 10) as line:
            answer = b""
            line.sendall(http_request(self._number, int(time.time())))
            while data := line.recv(4096):
                answer += data
                if answer.endswith(b"success"):
                    self.answered.append(self._number)
                    self._number += self._step
                    answer = b""
                    line.sendall(http_request(self._number, int(time.time())))


def kill_under_load(folder: Path, port: int, seconds: float, first: int) -> list[int]:
    """The numbers of the pushes that were answered before the kill."""
    with receiver(folder, port) as process:
        senders = [Sender(port, first + index, SENDERS) for index in range(SENDERS)]
        for sender in senders:
            sender.start()
        time.sleep(seconds)
        process.kill()
        for sender in senders:
            sender.join()
    return [number for sender in senders for number in sender.answered]


def landed(folder: Path) -> list[int]:
    text = b"".join(path.read_bytes() for path in (folder / "landing").rglob("*.xml"))
    return [int(number) for number in re.findall(rb"fake-openid-(\d+)", text)]


def check_kills(folder: Path, kills: int) -> None:
    rng = random.Random(20_261_120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    answered: list[int] = []
    for kill in range(kills):
        answered += kill_under_load(folder, port, rng.uniform(0.3, 1.5), kill * 1_000_000)
    with receiver(folder, port):
        pass
    found = landed(folder)
    assert len(answered) > 10 * kills
    assert set(answered) - set(found) == set()
    assert len(found) == len(set(found))
    assert not list(folder.rglob("*.part"))
    assert not list(folder.rglob("*.journal"))


def test_after_two_kills_every_answered_push_is_found(tmp_path: Path):
    check_kills(tmp_path, kills=2)


@pytest.mark.nightly
def test_after_twenty_kills_every_answered_push_is_found(tmp_path: Path):
    check_kills(tmp_path, kills=20)
