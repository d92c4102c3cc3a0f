"""The client signs in once, says what was refused, and never shows a password."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from c360.airflow_client import AirflowClient
from warehouse.errors import Fatal, Retryable


class Api(BaseHTTPRequestHandler):
    calls: ClassVar[list[tuple[str, str]]] = []
    states: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.calls.append((self.command, self.path))
        if self.path == "/auth/token":
            self.reply(201, {"access_token": "token"})
        elif self.headers["Authorization"] != "Bearer token":
            self.reply(401, {})
        elif "missing" in self.path:
            self.reply(404, {})
        else:
            self.reply(200, {"state": self.states.pop(0)})

    def reply(self, status: int, body: dict[str, Any]) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[AirflowClient]:
    Api.calls, Api.states = [], []
    server = HTTPServer(("127.0.0.1", 0), Api)
    Thread(target=server.serve_forever, daemon=True).start()
    yield AirflowClient(f"http://127.0.0.1:{server.server_port}", "admin", "secret")
    server.shutdown()
    server.server_close()


def test_it_signs_in_once_for_many_calls(api: AirflowClient):
    Api.states = ["queued", "running"]
    assert [api.run("a", "r")["state"] for _ in range(2)] == ["queued", "running"]
    assert [path for _, path in Api.calls].count("/auth/token") == 1


def test_it_follows_a_run_to_its_end(api: AirflowClient):
    Api.states = ["queued", "running", "success"]
    assert api.wait("a", "r", timeout_seconds=10)["state"] == "success"


def test_a_run_that_does_not_end_in_time_may_be_waited_for_again(api: AirflowClient):
    Api.states = ["running"] * 10
    with pytest.raises(Retryable, match="run r of a did not end"):
        api.wait("a", "r", timeout_seconds=0.5)


def test_a_refusal_names_the_call_and_the_status(api: AirflowClient):
    with pytest.raises(Fatal, match=r"GET /api/v2/dags/missing/dagRuns/r with status 404"):
        api.run("missing", "r")


def test_run_ids_are_quoted(api: AirflowClient):
    Api.states = ["queued"]
    api.run("a", "manual__2026-01-01T00:00:00+00:00")
    assert Api.calls[-1][1].endswith("manual__2026-01-01T00%3A00%3A00%2B00%3A00")


def test_silence_may_heal():
    with pytest.raises(Retryable, match="did not answer"):
        AirflowClient("http://127.0.0.1:9", "admin", "secret").health()


def test_the_password_is_not_shown():
    assert "secret" not in repr(AirflowClient("http://127.0.0.1:9", "admin", "secret"))
