"""Superset's page on loopback: the command that serves it, and a server for as long as needed."""

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from dashboards.deployment import SupersetDeployment
from warehouse.errors import Fatal

START_SECONDS = 120
STOP_SECONDS = 20


def command(superset: SupersetDeployment) -> list[str]:
    """One process of four threads: a dashboard asks for all its charts at once."""
    server = ["gunicorn", "--bind", f"127.0.0.1:{superset.port}", "--workers", "1"]
    threads = ["--threads", "4", "--timeout", "120", "--log-level", "warning"]
    return [str(superset.python), "-m", *server, *threads, "superset.app:create_app()"]


@contextmanager
def served(superset: SupersetDeployment) -> Iterator[None]:
    """The page answers inside the block; the server is ended after it.

    Raises:
        Fatal: it did not answer in two minutes; names its log.
    """
    log = superset.home / "server.log"
    with log.open("w", encoding="utf-8") as words:
        process = subprocess.Popen(  # noqa: S603 - our own server
            command(superset), env=superset.environ, stdout=words, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(superset.address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Fatal(f"Superset's page does not answer; see {log}")
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/health", timeout=5).close()  # noqa: S310 - ours
    except OSError:
        return False
    return True
