"""Fixtures of all tests: a throw-away PostgreSQL, a migrated database a test, shared data."""

import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from xdist.remote import Producer

from settings import Settings, load_settings
from settings.state import SECRETS_FILE
from tests.scheduling import LoadSharedScheduling
from warehouse.bootstrap import prepare_database, start_database
from warehouse.connection import LOGIN, Connection, connect, connect_to
from warehouse.database_roles import open_database
from warehouse.embedded import server_of
from warehouse.migrate import migrate

hypothesis_settings.register_profile("commit", max_examples=200, deadline=None)
hypothesis_settings.register_profile("nightly", max_examples=10_000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("C360_HYPOTHESIS_PROFILE", "commit"))

PROJECT_DIR = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.staged"]
MEMORY_DISK, MEMORY_DISK_FREE_BYTES = Path("/dev/shm"), 8 * 1024**3  # noqa: S108 - a disk's name
_PROCESS = secrets.token_hex(4)
_TAKEN: set[int] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="run the tests marked nightly too")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadSharedScheduling:
    return LoadSharedScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skips = {}
    if not config.getoption("--nightly"):
        skips["nightly"] = pytest.mark.skip(reason="runs with --nightly (make test-all)")
    if os.environ.get("C360_TEST_DATABASE_URL"):
        skips["embedded_only"] = pytest.mark.skip(reason="needs the embedded server")
    for item in items:
        for marker, skip in skips.items():
            if item.get_closest_marker(marker):
                item.add_marker(skip)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The quickest first, then the files that take one worker long, so that none is last."""
    folder = item.path.relative_to(PROJECT_DIR / "tests").parts[0]
    order = ("unit", "dags", "faults", "data")
    return order.index(folder) if folder in order else len(order)


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    """A directory with a short path that the database server's account may enter.

    In memory where that has room: a copy of a database is a thousand files, made twice as fast.
    """
    is_roomy = MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > MEMORY_DISK_FREE_BYTES
    path = Path(tempfile.mkdtemp(prefix="c360-test-", dir=MEMORY_DISK if is_roomy else None))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server_settings(short_dir: Path) -> Iterator[Settings]:
    """Settings on a throw-away server: the one of C360_TEST_DATABASE_URL, else an embedded one."""
    given = os.environ.get("C360_TEST_DATABASE_URL")
    state_dir = short_dir / "state"
    state_dir.mkdir()
    state_dir.chmod(0o711)  # the database server passes through
    # With a key of its own every run would name profiles anew, and draw other arms by the names.
    known = {"identity_key": "test-key-" * 8}
    (state_dir / SECRETS_FILE).write_text(json.dumps(known), encoding="utf-8")
    environ = {"C360_STATE_DIR": str(state_dir)}
    if given:
        yield load_settings({**environ, "C360_DATABASE_URL": given})
        return
    settings = load_settings(environ)
    # The same server, started without flushing to disk before `start_database` looks for it.
    server = replace(server_of(settings), is_durable=False)
    server.start()
    yield start_database(settings)
    server.remove()


@pytest.fixture(scope="session")
def template_database(server_settings: Settings) -> Iterator[Settings]:
    """A database with roles made and all migrations applied, to copy from."""
    with new_database(server_settings) as settings:
        prepare_database(settings)
        migrate(settings)
        yield settings


@pytest.fixture
def empty_database(server_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings on a new database without anything of ours in it."""
    with new_database(server_settings) as settings:
        yield with_own_folders(settings, tmp_path)


@pytest.fixture
def warehouse_settings(template_database: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings on a migrated database and folders of this test's own."""
    with new_database(template_database, is_copy=True) as settings:
        with connect(settings, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield with_own_folders(settings, tmp_path)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and vendor data; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("C360_SHARED_DATA", PROJECT_DIR.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("no shared data here; C360_SHARED_DATA names its folder")
    return path


@contextmanager
def new_database(origin: Settings, *, is_copy: bool = False) -> Iterator[Settings]:
    """A database on the server of `origin`, dropped at the end.

    It takes the first name that is free: what dbt parsed holds for one name of a database.
    """
    place = next(place for place in count() if place not in _TAKEN)
    _TAKEN.add(place)
    database = f"c360_test_{_PROCESS}_{place}"
    name = sql.Identifier(database)
    address = urlsplit(origin.database_url)
    template = sql.Identifier(address.path.removeprefix("/") if is_copy else "template0")
    maintenance_url = address._replace(path="/postgres").geturl()
    with connect_to(maintenance_url, autocommit=True) as conn:
        # A server that does not flush copies files four times as fast as through its log.
        made = sql.SQL("create database {} template {} strategy file_copy")
        conn.execute(made.format(name, template))
    try:
        yield replace(origin, database_url=address._replace(path=f"/{database}").geturl())
    finally:
        with connect_to(maintenance_url, autocommit=True) as conn:
            drop_database(conn, name)
        _TAKEN.discard(place)


def drop_database(conn: Connection, name: sql.Identifier) -> None:
    """The server's own upkeep may be at work in the database, and only a superuser may end that."""
    for _ in range(40):
        try:
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        except InsufficientPrivilege:
            time.sleep(0.25)
        else:
            return
    raise TimeoutError("the database cannot be dropped")


def with_own_folders(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, landing_dir=tmp_path / "landing", reports_dir=tmp_path / "reports")
