"""A small brand with a week behind it: what one day's run does when something goes wrong."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.chain import run_chain
from pipeline.window import Window
from sample_data import write_sample
from settings import Settings
from tests.conftest import new_database
from tests.state import State, state
from warehouse.connection import LOGIN, connect
from warehouse.database_roles import open_database

DAY = date(2026, 11, 20)
FIRST_DAY = DAY - timedelta(days=8)

Program = Callable[..., subprocess.CompletedProcess[str]]


def run_day(settings: Settings, first: date = DAY) -> dict[str, object]:
    """The chain of a day, in this process."""
    run = run_chain(settings, datetime(2026, 11, 21, tzinfo=UTC), window=Window(first, DAY))
    assert run
    return run


def day_file(settings: Settings, source: str, kind: str) -> Path:
    """The one file of a kind that lands on the day."""
    (path,) = (settings.landing_dir / source / kind / str(DAY)).iterdir()
    return path


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landing folder of the brand's last nine days."""
    root = tmp_path_factory.mktemp("brand")
    write_sample(root, people=200, days=14, seed=7, last_day=DAY + timedelta(days=1))
    for folder in (root / "landing").glob("*/*/*"):
        if not str(FIRST_DAY) <= folder.name <= str(DAY):
            shutil.rmtree(folder)
    return root / "landing"


@pytest.fixture(scope="session")
def day_before(staged_database: Settings, landed: Path) -> Iterator[Settings]:
    """The warehouse with everything published up to the day before; to copy from."""
    with copy_of(staged_database) as database:
        settings = replace(database, landing_dir=landed)
        before = Window(FIRST_DAY, DAY - timedelta(days=1))
        assert run_chain(settings, datetime(2026, 11, 20, tzinfo=UTC), window=before)
        yield settings


@pytest.fixture(scope="session")
def undisturbed(day_before: Settings) -> State:
    """The state after a run of the day in which nothing goes wrong."""
    with copy_of(day_before) as settings:
        run_day(settings)
        return state(settings)


@pytest.fixture
def brand(day_before: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The day has landed and is not loaded yet; its files are this test's own."""
    with copy_of(day_before) as settings:
        for folder in day_before.landing_dir.glob(f"*/*/{DAY}"):
            shutil.copytree(folder, tmp_path / folder.relative_to(day_before.landing_dir))
        yield replace(settings, landing_dir=tmp_path)


@pytest.fixture
def c360(brand: Settings) -> Program:
    """The program itself, against the brand's warehouse."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("c360"), *arguments],
            env={**environment_of(brand), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "C360_STATE_DIR": str(settings.state_dir),
        "C360_DATABASE_URL": settings.database_url,
        "C360_LANDING_DIR": str(settings.landing_dir),
        "COLUMNS": "1000",
    }


@contextmanager
def copy_of(template: Settings) -> Iterator[Settings]:
    with new_database(template, is_copy=True) as settings:
        with connect(settings, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield settings


def values_shown(settings: Settings, text: str) -> list[str]:
    """The clear identifiers of customers that a message shows: there must be none."""
    with connect(settings, LOGIN) as conn:
        values = conn.execute("select value from identity.identifier where length(value) > 5")
        return [value for (value,) in values if value in text]
