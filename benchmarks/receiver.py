"""How many pushes a second the receiver takes in AES mode, each on disk before its answer.

    python -m benchmarks.receiver [--rate 1000] [--seconds 60] [--workers 1]

Starts `c360 receive` on loopback and sends pushes at a fixed rate from this process, over
connections that stay open. A latency counts from the moment a push was due, not from when it was
sent, so a sender that falls behind makes it worse, never better. At the end the receiver is stopped
and the landing files must hold every push that was answered.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import uvloop
from rich.console import Console

from benchmarks.push_sender import APPID, KEY, TOKEN, http_request

CONNECTIONS = 48
DRAIN_SECONDS = 10
MAX_PUSHES = 200_000
GOAL_MILLISECONDS = 200

console = Console(width=100, highlight=False)


@dataclass
class Load:
    """Pushes to send and what came back: seconds from due to answered, by push."""

    requests: Sequence[bytes]
    rate: float
    latencies: np.ndarray = field(init=False)
    refused: int = 0

    def __post_init__(self) -> None:
        """No answer yet."""
        self.latencies = np.full(len(self.requests), np.nan)


class Sender(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, load: Load, idle: "deque[Sender]", due: "deque[tuple[int, float]]") -> None:
        self._load = load
        self._idle = idle
        self._due = due
        self._number = -1
        self._since = 0.0
        self._answer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready for the first push."""
        self._transport = transport  # type: ignore[assignment]
        self._idle.append(self)

    def send(self, number: int, since: float) -> None:
        """Sends a push that was due at `since`."""
        self._number, self._since = number, since
        if self._transport is not None:
            self._transport.write(self._load.requests[number])

    def data_received(self, data: bytes) -> None:
        """Notes the answer when it is whole, and sends what is due meanwhile."""
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _content_length(head):
            return
        self._answer = b""
        if head.startswith(b"HTTP/1.1 200") and body == b"success":
            self._load.latencies[self._number] = time.perf_counter() - self._since
        else:
            self._load.refused += 1
        if self._due:
            self.send(*self._due.popleft())
        else:
            self._idle.append(self)


def _content_length(head: bytes) -> int:
    return int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")


async def send_all(load: Load, port: int) -> None:
    """Sends each push when it is due, whatever became of those before it."""
    loop = asyncio.get_running_loop()
    idle: deque[Sender] = deque()
    due: deque[tuple[int, float]] = deque()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Sender(load, idle, due), "127.0.0.1", port)
    started, number = time.perf_counter(), 0
    while number < len(load.requests):
        now = time.perf_counter()
        ready = min(len(load.requests), int((now - started) * load.rate) + 1)
        for number in range(number, ready):  # noqa: B020 - goes on where it was
            due.append((number, started + number / load.rate))
        number = ready
        while idle and due:
            idle.popleft().send(*due.popleft())
        await asyncio.sleep(0.001)
    deadline = time.perf_counter() + DRAIN_SECONDS
    while len(idle) < CONNECTIONS and time.perf_counter() < deadline:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.01)


@contextmanager
def receiver(folder: Path, workers: int) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A running `c360 receive` on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "C360_STATE_DIR": str(folder / "state"),
        "C360_LANDING_DIR": str(folder / "landing"),
        f"C360_PUSH_TOKEN_{APPID.upper()}": TOKEN,
        f"C360_PUSH_KEY_{APPID.upper()}": KEY,
    }
    command = [str(Path(sys.executable).with_name("c360")), "receive", "--port", str(port)]
    command += ["--workers", str(workers), "--rotate-seconds", "10"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own program
    try:
        wait_until_healthy(port, process)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_until_healthy(port: int, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Returns when the server answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                json.load(answer)
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the receiver did not start")


def landed(folder: Path) -> set[bytes]:
    """The distinct pushes in the landing files."""
    lines: set[bytes] = set()
    for path in (folder / "landing").glob("*/*/*/*.xml"):
        lines |= set(path.read_bytes().splitlines())
    return lines


def flush_milliseconds(folder: Path) -> float:
    """What one small flush of this disk costs: the median of 50."""
    times = []
    with (folder / "probe").open("wb", buffering=0) as probe:
        for _ in range(50):
            probe.write(b"x" * 4096)
            started = time.perf_counter()
            os.fdatasync(probe.fileno())
            times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1000


def core_wait_seconds(pid: int) -> float:
    """How long the threads of a process were ready to run and had no core."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


def report(load: Load, seconds: float, cpu: tuple[float, float], found: int) -> bool:
    """Prints the figures; whether the goal was met and nothing is missing."""
    answered = load.latencies[~np.isnan(load.latencies)] * 1000
    p50, p95, p99 = np.percentile(answered, [50, 95, 99])
    console.print(
        f"{len(answered):,} of {len(load.requests):,} pushes taken in {seconds:.1f} s "
        f"({len(answered) / seconds:,.0f}/s), {load.refused} refused\n"
        f"latency ms: median {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, worst {answered.max():.1f}\n"
        f"CPU seconds: receiver {cpu[0]:.1f}, sender {cpu[1]:.1f}\n"
        f"found in landing files: {found:,}"
    )
    return bool(p99 < GOAL_MILLISECONDS and found >= len(answered) == len(load.requests))


def main() -> None:
    """Runs the measurement; exit code 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1)
    wanted = parser.parse_args()
    count = min(MAX_PUSHES, int(wanted.rate * wanted.seconds))
    now = int(time.time())
    load = Load([http_request(number, now) for number in range(count)], wanted.rate)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        console.print(f"one flush of this disk: {flush_milliseconds(folder):.2f} ms")
        own = resource.getrusage(resource.RUSAGE_SELF)
        with receiver(folder, wanted.workers) as (port, process):
            started = time.perf_counter()
            uvloop.run(send_all(load, port))
            seconds = time.perf_counter() - started
            waits = core_wait_seconds(process.pid), core_wait_seconds(os.getpid())
        after = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        sender_cpu = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
        cpu = (children.ru_utime + children.ru_stime, sender_cpu)
        console.print(f"seconds without a core: receiver {waits[0]:.1f}, sender {waits[1]:.1f}")
        is_met = report(load, seconds, cpu, len(landed(folder)))
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
