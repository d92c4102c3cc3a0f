"""From a server to a warehouse one can migrate: logins, databases, roles.

The superuser of the embedded server is used once, to make two ordinary logins with a database each.
From then on, and on a given server always, `c360_admin` (or the given login) does the rest: it owns
the warehouse's database, has CREATEROLE, and is a member of every role of ours.
"""

import fcntl
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from settings import Settings, with_new_postgres_port
from warehouse.connection import LOGIN, connect, connect_to
from warehouse.database_roles import ensure_roles
from warehouse.embedded import needs_new_port, server_of
from warehouse.errors import Fatal, PipelineError, database_errors_without_values
from warehouse.passwords import verifier

OLDEST_SERVER_VERSION = 150000


def start_database(settings: Settings) -> Settings:
    """Brings the database up, with logins and roles; what is there already stays as it is.

    Returns the settings to go on with: the port differs when another program took the old one.

    Raises:
        Fatal: the server is too old, or the login has too many or too few rights.
    """
    with (settings.state_dir / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once must not both make the data
        if settings.is_embedded:
            if needs_new_port(settings):
                settings = with_new_postgres_port(settings)
            server_of(settings).start()
            _ensure_embedded_databases(settings)
        prepare_database(settings)
        _ensure_airflow_database(settings)
    return settings


def prepare_database(settings: Settings) -> None:
    """Checks version and login of the warehouse's database and makes our roles."""
    with (
        database_errors_without_values(),
        connect(settings, LOGIN, stage="bootstrap", autocommit=True) as conn,
    ):
        _check_server(conn)
        _check_login(conn)
        ensure_roles(conn, settings.role_passwords)


def describe_server(settings: Settings) -> str:
    """Version and login of the warehouse's database, for people; the same errors as above."""
    with (
        database_errors_without_values(),
        connect(settings, LOGIN, stage="doctor", autocommit=True) as conn,
    ):
        _check_server(conn)
        _check_login(conn)
        major, minor = divmod(conn.info.server_version, 10000)
        return f"PostgreSQL {major}.{minor} as {conn.info.user}"


def _check_server(conn: psycopg.Connection) -> None:
    if conn.info.server_version < OLDEST_SERVER_VERSION:
        version = conn.info.server_version // 10000
        raise Fatal(f"PostgreSQL {version} is too old: customer360 needs 15 or newer")


def _check_login(conn: psycopg.Connection) -> None:
    row = conn.execute(
        """
        select r.rolsuper, r.rolcreaterole, pg_has_role(d.datdba, 'usage')
        from pg_roles as r, pg_database as d
        where r.rolname = session_user and d.datname = current_database()
        """
    ).fetchone()
    is_superuser, can_create_roles, is_owner = row or (False, False, False)
    if is_superuser:
        raise Fatal(
            "the login of C360_DATABASE_URL is a superuser: make an ordinary one with "
            "`create role NAME login createrole` and let it own the database"
        )
    if not can_create_roles:
        raise Fatal(
            "the login lacks CREATEROLE; an administrator runs `alter role NAME createrole`"
        )
    if not is_owner:
        raise Fatal(
            "the login does not own its database; an administrator runs "
            "`alter database NAME owner to LOGIN`"
        )


def _ensure_embedded_databases(settings: Settings) -> None:
    if _can_connect(settings.database_url) and _can_connect(settings.airflow_database_url):
        return
    with (
        database_errors_without_values(),
        connect_to(_superuser_url(settings), autocommit=True) as conn,
    ):
        _ensure_login(conn, settings.database_url, sql.SQL("createrole createdb"))
        _ensure_login(conn, settings.airflow_database_url, sql.SQL(""))
        for url in (settings.database_url, settings.airflow_database_url):
            _ensure_database(conn, url)


def _superuser_url(settings: Settings) -> str:
    password = quote(settings.role_passwords["postgres"], safe="")
    return f"postgresql://postgres:{password}@127.0.0.1:{settings.postgres_port}/postgres"


def _ensure_login(conn: psycopg.Connection, url: str, attributes: sql.SQL) -> None:
    parts = urlsplit(url)
    login = parts.username or ""
    found = conn.execute("select from pg_roles where rolname = %s", (login,)).fetchone()
    conn.execute(
        sql.SQL("{} role {} login {} password {}").format(
            sql.SQL("create" if found is None else "alter"),
            sql.Identifier(login),
            attributes,
            verifier(conn, login, parts.password or ""),
        )
    )


def _ensure_database(conn: psycopg.Connection, url: str) -> None:
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    if conn.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
        conn.execute(
            sql.SQL("create database {} owner {}").format(
                sql.Identifier(name), sql.Identifier(parts.username or "")
            )
        )
    conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _ensure_airflow_database(settings: Settings) -> None:
    """Airflow's database on a given server: made with the warehouse's login when missing."""
    if _can_connect(settings.airflow_database_url):
        return
    name = urlsplit(settings.airflow_database_url).path.removeprefix("/")
    try:
        with (
            database_errors_without_values(),
            connect(settings, LOGIN, stage="bootstrap", autocommit=True) as conn,
        ):
            conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    except PipelineError as error:
        raise Fatal(
            f"Airflow's database {name!r} is missing and cannot be made ({error}): give the login "
            "CREATEDB or set C360_AIRFLOW_DATABASE_URL"
        ) from None


def _can_connect(url: str) -> bool:
    try:
        connect_to(url).close()
    except PipelineError:
        return False
    return True
