"""Makes the roles of `roles.py` and lets the login act as each of them."""

from collections.abc import Mapping
from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.errors import (
    DuplicateObject,
    InsufficientPrivilege,
    InternalError_,
    UniqueViolation,
)

from warehouse.errors import Fatal
from warehouse.passwords import verifier_for_any_driver
from warehouse.roles import ALL_ROLES, MEMBERSHIPS, OWNER, READER_ROLES, STEP_ROLES

FIRST_VERSION_WITH_SET_OPTION = 160000
ATTEMPTS = 20


def ensure_roles(conn: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Roles, memberships, log-ins of the readers, and who may enter this database.

    `conn` is in autocommit as a login with CREATEROLE that owns the database.
    """
    for role in ALL_ROLES:
        _create(conn, role)
        _grant_membership(conn, role, conn.info.user)
    for role, member in MEMBERSHIPS:
        _grant_membership(conn, role, member)
    for reader in READER_ROLES:
        _allow_login(conn, reader, passwords[reader])
    open_database(conn)


def _create(conn: psycopg.Connection, role: str) -> None:
    if conn.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is None:
        # Another checkout on the same server may make it at the same moment.
        with suppress(DuplicateObject, UniqueViolation):
            conn.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))


def _grant_membership(conn: psycopg.Connection, role: str, member: str) -> None:
    """Lets the member use the role's rights and act as it; nothing is written when it may."""
    has_set_option = conn.info.server_version >= FIRST_VERSION_WITH_SET_OPTION
    wanted = ["usage", "set"] if has_set_option else ["usage"]
    row = conn.execute(
        "select bool_and(pg_has_role(%s, %s, right_name)) from unnest(%s::text[]) as right_name",
        (member, role, wanted),
    ).fetchone()
    if row == (True,):
        return
    statement = sql.SQL("grant {} to {} {}").format(
        sql.Identifier(role),
        sql.Identifier(member),
        sql.SQL("with inherit true, set true" if has_set_option else ""),
    )
    try:
        _execute_shared(conn, statement)
    except InsufficientPrivilege:
        raise Fatal(
            f"role {role} on this server belongs to another login: an administrator runs "
            f"`grant {role} to {conn.info.user} with admin option` for each role c360_*"
        ) from None


def _allow_login(conn: psycopg.Connection, role: str, password: str) -> None:
    name, found = sql.Identifier(role), verifier_for_any_driver(conn, role, password)
    _execute_shared(conn, sql.SQL("alter role {} login password {}").format(name, found))
    _execute_shared(conn, sql.SQL("alter role {} set search_path = mart").format(name))


def open_database(conn: psycopg.Connection) -> None:
    """Who may enter this database, and what they may make in it; everybody else is shut out."""
    database = sql.Identifier(conn.info.dbname)
    steps = sql.SQL(", ").join(map(sql.Identifier, STEP_ROLES))
    everyone = sql.SQL(", ").join(map(sql.Identifier, (*STEP_ROLES, *READER_ROLES)))
    for statement in (
        sql.SQL("revoke all on schema public from public").format(),
        sql.SQL("revoke all on database {} from public").format(database),
        sql.SQL("grant connect on database {} to {}").format(database, everyone),
        sql.SQL("grant temporary on database {} to {}").format(database, steps),
        sql.SQL("grant create on database {} to {}").format(database, sql.Identifier(OWNER)),
    ):
        _execute_shared(conn, statement)


def _execute_shared(conn: psycopg.Connection, statement: sql.Composed) -> None:
    """Runs a statement on the server's shared catalogues, where two writers make one fail."""
    for attempt in range(ATTEMPTS):
        try:
            conn.execute(statement)
        except InternalError_:  # "tuple concurrently updated"
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return
