"""Drafts the migration that makes the tables of `mart` what dbt's contracts say.

A new mart is created, a column appended by its contract is added, other comments are replaced. Any
other change re-makes the table, which then stays empty until the next publish fills it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import psycopg

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.mart_contract import MartContract, read_contracts
from warehouse.mart_tables import (
    PUBLICATION,
    Column,
    primary_key,
    required_columns,
    table_columns,
    table_names,
)
from warehouse.migrate import MIGRATIONS_DIR, pending_migrations, read_migrations

ROLE = "c360_migrate"


@dataclass(frozen=True)
class _Shape:
    columns: tuple[Column, ...]
    required: set[str]
    key: tuple[str, ...]

    def up_to(self, count: int) -> Self:
        """The same without the columns after the first `count`."""
        columns = self.columns[:count]
        return replace(self, columns=columns, required=self.required & {c.name for c in columns})


def draft(
    settings: Settings, manifest_path: Path, name: str, directory: Path = MIGRATIONS_DIR
) -> Path | None:
    """Writes the next numbered file and returns its path; None when `mart` fits the contracts.

    Raises:
        Fatal: the database lacks a migration, so it is no basis for the next one.
    """
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise Fatal(f"{name!r} cannot be part of a migration's name")
    if pending_migrations(settings, directory):
        raise Fatal("the database lacks migrations: run `c360 migrate` first")
    # A view over published tables is written by hand: a contract does not know its query.
    contracts = {c.name: c for c in read_contracts(manifest_path) if not c.is_view}
    with database_errors_without_values(), connect(settings, ROLE, stage="draft") as conn:
        statements = list(_statements(conn, contracts))
        conn.rollback()
    if not statements:
        return None
    number = read_migrations(directory)[-1].number + 1
    path = directory / f"{number:04}_{name}.sql"
    path.write_text("\n".join(statements), encoding="utf-8")
    return path


def _statements(conn: psycopg.Connection, contracts: Mapping[str, MartContract]) -> Iterator[str]:
    published = [name for name in table_names(conn, "mart") if name != PUBLICATION]
    for name in published:
        if name not in contracts:
            yield f"drop table mart.{name};\n"
    for name, contract in contracts.items():
        if name not in published:
            yield contract.create_statements()
        else:
            yield from _changes(conn, contract)


def _changes(conn: psycopg.Connection, contract: MartContract) -> Iterator[str]:
    published = _shape(conn, "mart", contract.name)
    wanted = _wanted_shape(conn, contract)
    added = contract.columns[len(published.columns) :]
    if published != wanted.up_to(len(published.columns)) or any(c.is_required for c in added):
        yield f"drop table mart.{contract.name};\n{contract.create_statements()}"
        return
    for column in added:
        yield f"alter table mart.{contract.name} add column {column.name} {column.type};"
    if added or _comments(conn, contract.name) != _wanted_comments(contract):
        yield contract.comment_statements() + "\n"


def _shape(conn: psycopg.Connection, schema: str, table: str) -> _Shape:
    return _Shape(
        table_columns(conn, schema, table),
        required_columns(conn, schema, table),
        primary_key(conn, schema, table),
    )


def _wanted_shape(conn: psycopg.Connection, contract: MartContract) -> _Shape:
    """The contract's shape with its types as PostgreSQL names them."""
    definitions = ", ".join([*contract.column_definitions(), contract.key_definition()])
    conn.execute(f"create temporary table drafted ({definitions})".encode())
    row = conn.execute(
        "select nspname from pg_namespace where oid = pg_my_temp_schema()"
    ).fetchone()
    shape = _shape(conn, row[0] if row else "", "drafted")
    conn.execute("drop table drafted")
    return shape


def _comments(conn: psycopg.Connection, table: str) -> list[str]:
    rows = conn.execute(
        """
        select coalesce(obj_description(c.oid), ''), 0 as position
        from pg_class as c
        where c.relnamespace = to_regnamespace('mart') and c.relname = %(table)s
        union all
        select coalesce(col_description(a.attrelid, a.attnum), ''), a.attnum
        from pg_attribute as a inner join pg_class as c on a.attrelid = c.oid
        where c.relnamespace = to_regnamespace('mart') and c.relname = %(table)s
            and a.attnum > 0 and not a.attisdropped
        order by 2
        """,
        {"table": table},
    )
    return [comment for comment, _ in rows]


def _wanted_comments(contract: MartContract) -> list[str]:
    texts = [contract.comment, *(column.comment for column in contract.columns)]
    return [" ".join(text.split()) for text in texts]
