"""Start, watch and stop the local Airflow: api-server, scheduler, dag-processor."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from c360.airflow_client import AirflowClient
from c360.airflow_environment import ADMIN, airflow_environment, airflow_home, password_file
from c360.process_sessions import Session, end, is_leader_alive, launch, members
from settings import state
from warehouse.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from settings import Settings

    Sessions = dict[str, list[Session]]

COMPONENTS = {
    "api-server": ["airflow", "api-server"],
    # The api-server reads the task logs from the same disk: no log server, no port to share.
    "scheduler": ["c360.airflow_scheduler", "scheduler", "--skip-serve-logs"],
    "dag-processor": ["airflow", "dag-processor"],
}
HEARTBEATS = {"scheduler": "scheduler", "dag-processor": "dag_processor"}
START_SECONDS = 120


@dataclass(frozen=True)
class ComponentStatus:
    """One process of Airflow: whether it lives, and its newest heartbeat (UTC) if it has one."""

    name: str
    is_running: bool
    heartbeat_at: datetime | None


def start(settings: Settings, report: Callable[[str], None] = lambda _: None) -> AirflowClient:
    """Bring Airflow up and return a client of it once every process is at work; again = no-op.

    A process that died is started again; tasks of a dead scheduler that still run may finish.
    `report` gets a short line for each step that takes time.

    Raises:
        Retryable: a process ended or is not at work after two minutes; names it and its log.
    """
    home = airflow_home(settings)
    if not _running(home)["api-server"]:
        settings = _with_free_port(settings)
    environ = prepare(settings, report)
    since = datetime.now(UTC)
    missing = [name for name, is_running in _running(home).items() if not is_running]
    if missing:
        report("starting Airflow: " + ", ".join(missing))
    for name in missing:
        _launch(home, name, environ)
    api = client(settings)
    _wait_until_at_work(home, api, since if missing else datetime.min.replace(tzinfo=UTC))
    return api


def prepare(settings: Settings, report: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Make Airflow's own tables and its login; returns the environment its processes need."""
    home = airflow_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    _write_private(password_file(settings), json.dumps({ADMIN: settings.airflow_admin_password}))
    environ = airflow_environment(settings)
    _migrate(home, environ, report)
    return environ


def stop(settings: Settings) -> None:
    """End every process of this checkout's Airflow, its tasks included; none running = no-op.

    Raises:
        Retryable: a process survived even a kill.
    """
    home = airflow_home(settings)
    end([session for sessions in _recorded(home).values() for session in sessions])
    _record_path(home).unlink(missing_ok=True)


def forget(settings: Settings) -> None:
    """Stop Airflow and delete its logs and marks, because its database is about to go as well."""
    stop(settings)
    shutil.rmtree(airflow_home(settings), ignore_errors=True)


def status(settings: Settings) -> list[ComponentStatus]:
    """What runs now. A heartbeat is only reported for a process that lives."""
    running = _running(airflow_home(settings))
    beats = _heartbeats(client(settings)) if running["api-server"] else {}
    return [
        ComponentStatus(name, is_running, beats.get(name) if is_running else None)
        for name, is_running in running.items()
    ]


def client(settings: Settings) -> AirflowClient:
    """A client of this checkout's Airflow."""
    address = f"http://127.0.0.1:{settings.airflow_port}"
    return AirflowClient(address, ADMIN, settings.airflow_admin_password)


def leader(settings: Settings, component: str) -> Session | None:
    """The running process of a component, if it runs."""
    sessions = _recorded(airflow_home(settings)).get(component, [])
    return sessions[-1] if sessions and is_leader_alive(sessions[-1]) else None


def _with_free_port(settings: Settings) -> Settings:
    """The same settings, on another remembered port if somebody else took ours meanwhile."""
    if state.is_port_free(settings.airflow_port):
        return settings
    if state.remembered_ports(settings.state_dir)["airflow"] != settings.airflow_port:
        raise Retryable(f"port {settings.airflow_port} of C360_AIRFLOW_PORT is taken")
    port = state.pick_port_again(settings.state_dir, "airflow")
    return replace(settings, airflow_port=port)


def _migrate(home: Path, environ: dict[str, str], report: Callable[[str], None]) -> None:
    """Bring Airflow's own tables up to date, unless this version did so on this database."""
    database = environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    wanted = f"{version('apache-airflow')} {hashlib.sha256(database.encode()).hexdigest()}"
    marker, log_path = home / "migrated", home / "migrate.log"
    if marker.exists() and marker.read_text() == wanted:
        return
    report("making Airflow's own tables")
    with log_path.open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=environ,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        raise Retryable(f"`airflow db migrate` failed: see {log_path}")
    _write_private(marker, wanted)


def _launch(home: Path, name: str, environ: dict[str, str]) -> None:
    """Start a component and remember its session beside older ones of which something lives."""
    command = [sys.executable, "-m", *COMPONENTS[name]]
    session = launch(command, environ, home / f"{name}.log")
    known = _recorded(home)
    older = [s for s in known.get(name, []) if members([s])]
    _write_private(_record_path(home), json.dumps(known | {name: [*older, session]}))


def _wait_until_at_work(home: Path, api: AirflowClient, since: datetime) -> None:
    deadline = time.monotonic() + START_SECONDS
    is_warm = False
    while True:
        dead = [name for name, is_running in _running(home).items() if not is_running]
        if dead:
            raise Retryable(f"{dead[0]} ended while starting: see {home / dead[0]}.log")
        is_warm = is_warm or _warm_up(api)
        beats = _heartbeats(api)
        late = [name for name in HEARTBEATS if name not in beats or beats[name] < since]
        if is_warm and not late:
            return
        if time.monotonic() > deadline:
            name = late[0] if late else "api-server"
            raise Retryable(f"{name} is not at work: see {home / name}.log")
        time.sleep(0.2)


def _warm_up(api: AirflowClient) -> bool:
    try:
        api.warm_up()
    except Retryable:
        return False
    return True


def _heartbeats(api: AirflowClient) -> dict[str, datetime]:
    """The newest heartbeat of each process that has one; empty when the API is not up yet."""
    try:
        health = api.health()
    except Retryable:
        return {}
    texts = {
        name: health[part].get(f"latest_{part}_heartbeat") for name, part in HEARTBEATS.items()
    }
    return {name: datetime.fromisoformat(text) for name, text in texts.items() if text}


def _running(home: Path) -> dict[str, bool]:
    known = _recorded(home)
    return {name: any(map(is_leader_alive, known.get(name, [])[-1:])) for name in COMPONENTS}


def _record_path(home: Path) -> Path:
    return home / "processes.json"


def _recorded(home: Path) -> Sessions:
    path = _record_path(home)
    document = json.loads(path.read_text()) if path.exists() else {}
    return {name: [Session(*session) for session in each] for name, each in document.items()}


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
