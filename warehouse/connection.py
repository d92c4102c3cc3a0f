"""Connections: one login, then the role of the step."""

from typing import TypeAlias

import psycopg

from settings import Settings
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.roles import ALL_ROLES

Connection: TypeAlias = psycopg.Connection
"""For the signatures of packages that do not import the driver."""

LOGIN = ""
"""In place of a role: stay what the login is (bootstrap, locks)."""

CONNECT_TIMEOUT_SECONDS = 10


def connect(
    settings: Settings, role: str, *, stage: str = "", autocommit: bool = False
) -> psycopg.Connection:
    """An open connection that acts as `role` and is visible as `c360:<stage>`.

    Its time zone is UTC, and the server drops its statement within half a second after the client
    died. Use it as a context manager: commits at the end, rolls back on an error, then closes.

    Raises:
        Retryable: the server cannot be reached.
        Fatal: the login or the role is refused.
    """
    if role != LOGIN and role not in ALL_ROLES:
        raise Fatal(f"unknown database role {role!r}; warehouse/roles.py lists them")
    return connect_to(settings.database_url, role=role, name=f"c360:{stage}", autocommit=autocommit)


def connect_to(
    url: str, *, role: str = LOGIN, name: str = "c360:", autocommit: bool = False
) -> psycopg.Connection:
    """The same for any database address."""
    options = "-c timezone=UTC -c client_connection_check_interval=500ms"
    if role != LOGIN:
        options += f" -c role={role}"
    with database_errors_without_values():
        return psycopg.connect(
            url,
            autocommit=autocommit,
            application_name=name[:63],  # the server cuts longer names, and we look them up
            options=options,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
        )
