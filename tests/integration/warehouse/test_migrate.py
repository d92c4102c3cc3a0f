"""Migrations: forward only, each once, in order, unchanged afterwards."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from settings import Settings
from warehouse.bootstrap import prepare_database
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal
from warehouse.migrate import MIGRATIONS_DIR, migrate, pending_migrations


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS_DIR, copy)
    return copy


@pytest.fixture
def prepared(empty_database: Settings) -> Settings:
    prepare_database(empty_database)
    return empty_database


def test_a_second_run_applies_nothing(prepared: Settings) -> None:
    names = [path.name for path in sorted(MIGRATIONS_DIR.glob("*.sql"))]
    assert pending_migrations(prepared) == names
    assert migrate(prepared) == names
    assert migrate(prepared) == []


def test_four_at_once_apply_each_file_once(prepared: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(lambda _: migrate(prepared), range(4)))
    assert sorted(map(len, applied))[:3] == [0, 0, 0]
    assert max(map(len, applied)) == len(list(MIGRATIONS_DIR.glob("*.sql")))


def test_everything_belongs_to_the_owner_nobody_logs_in_as(warehouse_settings: Settings) -> None:
    with connect(warehouse_settings, LOGIN) as conn:
        owners = conn.execute(
            """
            select distinct pg_get_userbyid(relowner) from pg_class
            where relnamespace::regnamespace::text in ('raw', 'identity', 'mart', 'ops')
            union
            select pg_get_userbyid(nspowner) from pg_namespace
            where nspname in ('raw', 'identity', 'staging', 'intermediate', 'build', 'mart', 'ops')
            """
        ).fetchall()
        can_login = conn.execute(
            "select rolcanlogin or rolsuper or rolcreaterole from pg_roles"
            " where rolname = 'c360_owner'"
        ).fetchone()
    assert owners == [("c360_owner",)]
    assert can_login == (False,)


def test_a_changed_file_is_refused_by_name(prepared: Settings, directory: Path) -> None:
    migrate(prepared, directory)
    path = directory / "0003_raw.sql"
    path.write_text(path.read_text() + "\nselect 1;\n")
    with pytest.raises(Fatal, match=r"0003_raw\.sql was changed"):
        migrate(prepared, directory)


def test_a_database_newer_than_the_checkout_is_refused(prepared: Settings, directory: Path) -> None:
    (directory / "9001_later.sql").write_text("select 1;")
    migrate(prepared, directory)
    with pytest.raises(Fatal, match="9001_later"):
        migrate(prepared)


def test_a_file_that_comes_too_late_is_refused(prepared: Settings, directory: Path) -> None:
    (directory / "9002_later.sql").write_text("select 1;")
    migrate(prepared, directory)
    (directory / "9001_late.sql").write_text("select 1;")
    with pytest.raises(Fatal, match="9001_late"):
        migrate(prepared, directory)


def test_a_failing_file_leaves_nothing_and_those_before_it_stay(
    prepared: Settings, directory: Path
) -> None:
    (directory / "9001_good.sql").write_text("create table ops.good (x int);")
    (directory / "9002_bad.sql").write_text("create table ops.bad (x int); select 1 / 0;")
    with pytest.raises(Fatal, match=r"9002_bad\.sql failed: division by zero"):
        migrate(prepared, directory)
    with connect(prepared, LOGIN) as conn:
        found = conn.execute("select to_regclass('ops.good'), to_regclass('ops.bad')").fetchone()
    assert found == ("ops.good", None)
    (directory / "9002_bad.sql").write_text("create table ops.bad (x int);")
    assert migrate(prepared, directory) == ["9002_bad.sql"]


@pytest.mark.parametrize("name", ["12_short.sql", "0007-dash.sql", "notes.sql", "0003_twice.sql"])
def test_a_wrong_file_name_is_refused(prepared: Settings, directory: Path, name: str) -> None:
    (directory / name).write_text("select 1;")
    with pytest.raises(Fatal):
        migrate(prepared, directory)
