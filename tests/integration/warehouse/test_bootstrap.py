"""A given server: what the login must be, and what a wrong one is told."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest
from psycopg import sql

from settings import Settings
from warehouse import bootstrap
from warehouse.bootstrap import describe_server, prepare_database
from warehouse.connection import LOGIN, connect, connect_to
from warehouse.errors import Fatal
from warehouse.migrate import migrate
from warehouse.roles import ALL_ROLES


@contextmanager
def login(settings: Settings, attributes: str, *, is_owner: bool) -> Iterator[Settings]:
    """Settings with another login of these attributes on the same database."""
    name, password = f"test_{secrets.token_hex(4)}", secrets.token_hex(8)
    owner = sql.Identifier(urlsplit(settings.database_url).username or "")
    database = sql.Identifier(urlsplit(settings.database_url).path.removeprefix("/"))
    identifier = sql.Identifier(name)
    give = sql.SQL("alter database {} owner to {}")
    with connect(settings, LOGIN, autocommit=True) as conn:
        create = sql.SQL("create role {} login password {} {}")
        conn.execute(create.format(identifier, password, sql.SQL(attributes)))
        conn.execute(sql.SQL("grant {} to {}").format(identifier, owner))
        if is_owner:
            conn.execute(give.format(database, identifier))
    address = urlsplit(settings.database_url)
    place = f"{name}:{password}@{address.hostname}:{address.port}"
    try:
        yield replace(settings, database_url=address._replace(netloc=place).geturl())
    finally:
        with connect(settings, LOGIN, autocommit=True) as conn:
            conn.execute(give.format(database, owner))
            conn.execute(sql.SQL("drop owned by {}").format(identifier))
            conn.execute(sql.SQL("drop role {}").format(identifier))


def test_preparing_twice_changes_nothing(empty_database: Settings) -> None:
    prepare_database(empty_database)
    prepare_database(empty_database)
    migrate(empty_database)
    assert "PostgreSQL" in describe_server(empty_database)


def test_the_login_may_act_as_every_role(warehouse_settings: Settings) -> None:
    for role in ALL_ROLES:
        with connect(warehouse_settings, role) as conn:
            assert conn.execute("select current_user").fetchone() == (role,)


def test_a_login_without_createrole_is_told(empty_database: Settings) -> None:
    with (
        login(empty_database, "nocreaterole", is_owner=True) as settings,
        pytest.raises(Fatal, match="CREATEROLE"),
    ):
        prepare_database(settings)


def test_a_login_that_does_not_own_the_database_is_told(empty_database: Settings) -> None:
    with (
        login(empty_database, "createrole", is_owner=False) as settings,
        pytest.raises(Fatal, match="does not own"),
    ):
        prepare_database(settings)


def test_a_second_login_works_or_is_told_what_it_lacks(empty_database: Settings) -> None:
    """Before 16 CREATEROLE is enough; from 16 on the roles' first login must share them."""
    prepare_database(empty_database)
    with connect(empty_database, LOGIN) as conn:
        is_shared = conn.info.server_version < 160000
    with login(empty_database, "createrole", is_owner=True) as settings:
        if is_shared:
            prepare_database(settings)
            with connect(settings, "c360_ingest") as conn:
                assert conn.execute("select current_user").fetchone() == ("c360_ingest",)
        else:
            with pytest.raises(Fatal, match="with admin option"):
                prepare_database(settings)


@pytest.mark.embedded_only
def test_a_superuser_is_refused(empty_database: Settings) -> None:
    address = urlsplit(empty_database.database_url)
    password = quote(empty_database.role_passwords["postgres"], safe="")
    place = f"postgres:{password}@{address.hostname}:{address.port}"
    settings = replace(empty_database, database_url=address._replace(netloc=place).geturl())
    with pytest.raises(Fatal, match="superuser"):
        prepare_database(settings)


def test_a_server_older_than_15_is_refused() -> None:
    old = SimpleNamespace(info=SimpleNamespace(server_version=140012))
    with pytest.raises(Fatal, match="PostgreSQL 14 is too old"):
        bootstrap._check_server(old)


def test_airflows_database_is_made_when_missing(empty_database: Settings) -> None:
    address = urlsplit(empty_database.database_url)
    name = f"{address.path.removeprefix('/')}_airflow"
    airflow_url = address._replace(path=f"/{name}").geturl()
    settings = replace(empty_database, airflow_database_url=airflow_url)
    try:
        bootstrap._ensure_airflow_database(settings)
        bootstrap._ensure_airflow_database(settings)
        connect_to(airflow_url).close()
    finally:
        with connect(empty_database, LOGIN, autocommit=True) as conn:
            conn.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


def test_a_missing_airflow_database_that_cannot_be_made_is_told(empty_database: Settings) -> None:
    with login(empty_database, "nocreatedb", is_owner=False) as settings:
        missing = urlsplit(settings.database_url)._replace(path="/missing_airflow").geturl()
        with pytest.raises(Fatal, match="C360_AIRFLOW_DATABASE_URL"):
            bootstrap._ensure_airflow_database(replace(settings, airflow_database_url=missing))


def test_an_unknown_role_is_refused(empty_database: Settings) -> None:
    with pytest.raises(Fatal, match="unknown database role"):
        connect(empty_database, "postgres; --")
