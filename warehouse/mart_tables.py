"""What the catalogue says about the published tables and the tables they are published from."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from warehouse.errors import Fatal
from warehouse.mart_contract import PUBLISHER

PUBLICATION = "publication"
"""The one table of `mart` that the publisher writes itself."""


@dataclass(frozen=True)
class Column:
    """Name and type as PostgreSQL writes them."""

    name: str
    type: str


@dataclass(frozen=True)
class MartTable:
    """A table of schema `mart` with a twin of the same name in schema `build`."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_frozen: bool = False
    """Its rows come and go, but nobody may update them: it need not be compared row by row."""

    @property
    def published(self) -> sql.Identifier:
        """What readers see."""
        return sql.Identifier("mart", self.name)

    @property
    def built(self) -> sql.Identifier:
        """What dbt made."""
        return sql.Identifier("build", self.name)

    @property
    def other_columns(self) -> tuple[str, ...]:
        """Columns outside the key."""
        return tuple(column.name for column in self.columns if column.name not in self.key)


def mart_tables(conn: psycopg.Connection) -> list[MartTable]:
    """All tables of `mart` but the publication, by name.

    Raises:
        Fatal: a table has no primary key, no twin in `build`, or other columns than its twin.
    """
    built = {name: table_columns(conn, "build", name) for name in table_names(conn, "build")}
    updatable = _updatable_names(conn)
    marts = []
    for name in table_names(conn, "mart"):
        if name == PUBLICATION:
            continue
        columns = table_columns(conn, "mart", name)
        if built.get(name) != columns:
            raise Fatal(_difference(name, columns, built.get(name)))
        key = primary_key(conn, "mart", name)
        if not key:
            raise Fatal(f"mart.{name} has no primary key, so it has no differences to publish")
        marts.append(MartTable(name, columns, key, name not in updatable))
    return marts


def table_names(conn: psycopg.Connection, schema: str) -> list[str]:
    """Plain tables of a schema, by name."""
    rows = conn.execute(
        """
        select c.relname from pg_class as c
        where c.relnamespace = to_regnamespace(%s) and c.relkind = 'r' order by c.relname
        """,
        (schema,),
    )
    return [name for (name,) in rows]


def _updatable_names(conn: psycopg.Connection) -> set[str]:
    rows = conn.execute(
        """
        select c.relname from pg_class as c
        where c.relnamespace = 'mart'::regnamespace and c.relkind = 'r'
            and has_table_privilege(%s, c.oid, 'update')
        """,
        (PUBLISHER,),
    )
    return {name for (name,) in rows}


def table_columns(conn: psycopg.Connection, schema: str, table: str) -> tuple[Column, ...]:
    """The columns of a table in their order."""
    rows = conn.execute(
        """
        select a.attname, format_type(a.atttypid, a.atttypmod)
        from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        where c.relnamespace = to_regnamespace(%s) and c.relname = %s
            and a.attnum > 0 and not a.attisdropped
        order by a.attnum
        """,
        (schema, table),
    )
    return tuple(Column(name, type_name) for name, type_name in rows)


def required_columns(conn: psycopg.Connection, schema: str, table: str) -> set[str]:
    """The columns that refuse null."""
    rows = conn.execute(
        """
        select a.attname
        from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        where c.relnamespace = to_regnamespace(%s) and c.relname = %s
            and a.attnum > 0 and not a.attisdropped and a.attnotnull
        """,
        (schema, table),
    )
    return {name for (name,) in rows}


def primary_key(conn: psycopg.Connection, schema: str, table: str) -> tuple[str, ...]:
    """The columns of the primary key in its order; none when there is no key."""
    rows = conn.execute(
        """
        select a.attname
        from pg_index as i
        inner join pg_class as c on i.indrelid = c.oid
        inner join lateral unnest(i.indkey) with ordinality as k (attnum, position) on true
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum = k.attnum
        where c.relnamespace = to_regnamespace(%s) and c.relname = %s and i.indisprimary
        order by k.position
        """,
        (schema, table),
    )
    return tuple(name for (name,) in rows)


def _difference(table: str, published: tuple[Column, ...], built: tuple[Column, ...] | None) -> str:
    if built is None:
        return f"mart.{table} has no build.{table}: the transform did not make it"
    wrong = [
        f"{left.name} {left.type} / {right.name} {right.type}"
        for left, right in zip(published, built, strict=False)
        if left != right
    ]
    if not wrong:
        wrong = [f"{len(published)} / {len(built)} columns"]
    return (
        f"mart.{table} and build.{table} differ at: {wrong[0]}. Nothing was published; "
        "`c360 migrate draft` writes the migration that makes them equal"
    )
