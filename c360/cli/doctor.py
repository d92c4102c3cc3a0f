"""Checks what a working deployment needs and says how to mend what is missing."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from c360.cli.output import AsJson, print_rows
from ingestion.landed_bytes import storage_errors
from settings import ConfigError, Settings, accounts, enabled_sources, load_settings
from settings.landing_location import is_remote
from settings.state import is_port_free
from warehouse.bootstrap import describe_server
from warehouse.embedded import server_of
from warehouse.errors import PipelineError
from warehouse.migrate import pending_migrations

app = typer.Typer()

FREE_GIBIBYTES = 5


class Check(NamedTuple):
    """One thing that must be so, and what was found."""

    check: str
    ok: bool
    found: str


@app.command(epilog="Example: c360 doctor --json")
def doctor(*, as_json: AsJson = False) -> None:
    """Check Python, folders, configuration, database and schema; exit 1 when something is amiss."""
    checks = list(_checks(load_settings()))
    print_rows("Doctor", Check._fields, checks, as_json=as_json)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _checks(settings: Settings) -> Iterator[Check]:
    version = platform.python_version()
    yield Check("Python 3.11 to 3.13", (3, 11) <= sys.version_info[:2] <= (3, 13), version)
    yield _disk(settings.state_dir)
    yield _folder("state folder", settings.state_dir)
    yield _landing(settings.landing_dir)
    yield _told("sources.yml", lambda: ", ".join(enabled_sources(settings.config_dir)))
    yield _told("accounts.yml", lambda: f"{len(accounts(settings.config_dir))} accounts")
    if settings.is_embedded:
        yield _told("embedded server", lambda: _server(settings))
    database = _told("database", lambda: describe_server(settings))
    yield database
    if database.ok:
        yield _told("schema", lambda: _schema(settings))


def _disk(state_dir: Path) -> Check:
    free = shutil.disk_usage(_existing(state_dir)).free / 2**30
    return Check("disk", free >= FREE_GIBIBYTES, f"{free:.0f} GiB free, {FREE_GIBIBYTES} wanted")


def _landing(path: Path) -> Check:
    if not is_remote(path):
        return _folder("landing folder", path)

    def look() -> str:
        with storage_errors(path):
            return f"{path}, {sum(1 for _ in path.iterdir())} sources"

    return _told("landing zone", look)


def _folder(name: str, path: Path) -> Check:
    return Check(name, os.access(_existing(path), os.W_OK), str(path))


def _existing(path: Path) -> Path:
    return next(part for part in (path, *path.parents) if part.exists())


def _told(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, found=ask())
    except (PipelineError, ConfigError) as error:
        return Check(name, ok=False, found=str(error))


def _server(settings: Settings) -> str:
    if server_of(settings).is_running():
        return f"runs on port {settings.postgres_port}"
    if is_port_free(settings.postgres_port):
        return "stopped; `c360 up` starts it"
    return f"stopped, and port {settings.postgres_port} is taken: `c360 up` picks another"


def _schema(settings: Settings) -> str:
    pending = pending_migrations(settings)
    return f"{len(pending)} migrations to apply: `c360 migrate`" if pending else "up to date"
