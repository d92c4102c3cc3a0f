"""A small client of Airflow's REST API: unpause, trigger, follow runs.

Standard library only. Every call may take 60 s, because a busy two-core machine answers late.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from warehouse.errors import Fatal, Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

TIMEOUT_SECONDS = 60
FINISHED = frozenset({"success", "failed"})

Json = dict[str, Any]


@dataclass
class AirflowClient:
    """One signed-in user of one Airflow.

    Raises:
        Retryable: the API does not answer.
        Fatal: the API refuses the call; the message names the call and the status.
    """

    address: str
    username: str
    password: str = field(repr=False)
    _token: str = field(default="", repr=False)

    def health(self) -> Json:
        """The heartbeats of the processes; needs no login."""
        return self._send("GET", "/api/v2/monitor/health", signed_in=False)

    def warm_up(self) -> None:
        """Let the API build what it builds on its first task call, before a task waits for it."""
        self._send("GET", "/execution/health", signed_in=False)

    def dags(self) -> list[Json]:
        """Every DAG that the dag-processor has read without an error."""
        return list(self._send("GET", "/api/v2/dags?limit=100")["dags"])

    def unpause_when_read(self, dag_id: str, *, timeout_seconds: float) -> None:
        """Wait until the dag-processor has read the DAG, then let the scheduler run it.

        Raises:
            Fatal: it was not read in time; Airflow's page shows why under "Import errors".
        """
        deadline = time.monotonic() + timeout_seconds
        while dag_id not in {dag["dag_id"] for dag in self.dags()}:
            if time.monotonic() > deadline:
                raise Fatal(f"Airflow did not read {dag_id}: see its page, 'Import errors'")
            time.sleep(0.2)
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start one run now and give its id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> Json:
        """One run: state, when queued, started and ended."""
        return self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id)}")

    def runs(self, dag_id: str, states: Sequence[str] = ()) -> list[Json]:
        """The newest hundred runs of a DAG (`~` = of all), newest first."""
        query = [("limit", "100"), ("order_by", "-run_after"), *(("state", s) for s in states)]
        path = f"/api/v2/dags/{dag_id}/dagRuns?{urllib.parse.urlencode(query)}"
        return list(self._send("GET", path)["dag_runs"])

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """The tasks of a run: state, start, end, tries."""
        run = urllib.parse.quote(run_id)
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run}/taskInstances?limit=100"
        return list(self._send("GET", path)["task_instances"])

    def backfill(self, dag_id: str, first_day: date, last_day: date) -> int:
        """Have the scheduler make the runs of past days, one after the other; gives its number."""
        # Airflow asks when the runs were due; the run of a day is due in the night after it.
        body = {
            "dag_id": dag_id,
            "from_date": f"{first_day + timedelta(days=1)}T00:00:00+08:00",
            "to_date": f"{last_day + timedelta(days=1)}T23:59:59+08:00",
            "max_active_runs": 1,
            "reprocess_behavior": "none",
        }
        return int(self._send("POST", "/api/v2/backfills", body)["id"])

    def backfill_ended(self, number: int) -> bool:
        """Whether every run of a backfill has ended."""
        return bool(self._send("GET", f"/api/v2/backfills/{number}")["completed_at"])

    def wait(self, dag_id: str, run_id: str, *, timeout_seconds: float) -> Json:
        """Follow one run to its end.

        Raises:
            Retryable: it did not end in time.
        """
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            run = self.run(dag_id, run_id)
            if run["state"] in FINISHED:
                return run
            time.sleep(0.3)
        raise Retryable(f"run {run_id} of {dag_id} did not end in {timeout_seconds:.0f} s")

    def _send(
        self, method: str, path: str, body: Json | None = None, *, signed_in: bool = True
    ) -> Json:
        if signed_in and not self._token:
            self._sign_in()
        try:
            return self._request(method, path, body, with_token=signed_in)
        except urllib.error.HTTPError as error:
            raise Fatal(f"Airflow refused {method} {path} with status {error.code}") from error
        except (OSError, TimeoutError) as error:
            raise Retryable(f"Airflow did not answer {method} {path}: see `c360 status`") from error

    def _sign_in(self) -> None:
        login = {"username": self.username, "password": self.password}
        self._token = self._send("POST", "/auth/token", login, signed_in=False)["access_token"]

    def _request(self, method: str, path: str, body: Json | None, *, with_token: bool) -> Json:
        request = urllib.request.Request(  # noqa: S310 - the address is our own loopback server
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        if with_token:
            request.add_header("Authorization", f"Bearer {self._token}")
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
            answer: Json = json.load(reply)
            return answer
