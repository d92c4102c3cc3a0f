"""Passwords become verifiers here, so that a clear one reaches neither the server nor its log."""

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from settings import Settings
from warehouse.connection import LOGIN, connect

ITERATIONS = 4_096
"""Fewer are refused by JDBC's driver; RFC 7677 asks for as many."""

_FIRST_VERSION_WITH_ITERATIONS = 160000


def verifier(conn: psycopg.Connection, login: str, password: str) -> str:
    """The verifier of a password, iterated as often as the server says."""
    found = conn.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    return found.decode()


def verifier_for_any_driver(conn: psycopg.Connection, login: str, password: str) -> str:
    """The verifier of a password that people type into tools of their own.

    The session keeps the number of iterations.
    """
    if conn.info.server_version >= _FIRST_VERSION_WITH_ITERATIONS:
        conn.execute(sql.SQL("set scram_iterations = {}").format(sql.Literal(ITERATIONS)))
    return verifier(conn, login, password)


def let_any_driver_log_in(settings: Settings) -> None:
    """Keep the password of the embedded server's own login as every driver accepts it.

    Each of its connections takes milliseconds longer afterwards. A server that is named by
    `C360_DATABASE_URL` is left as it is.
    """
    if not settings.is_embedded:
        return
    password = unquote(urlsplit(settings.database_url).password or "")
    with connect(settings, LOGIN, autocommit=True) as conn:
        found = verifier_for_any_driver(conn, conn.info.user, password)
        own = sql.Identifier(conn.info.user)
        conn.execute(sql.SQL("alter role {} password {}").format(own, sql.Literal(found)))
