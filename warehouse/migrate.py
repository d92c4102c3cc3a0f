"""Numbered, forward-only migrations: each file once, in its own transaction, in order.

`ops.migration` remembers what was applied, with a checksum, so that an applied file cannot change.
Everything they make belongs to `c360_owner`, which nobody logs in as.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal, database_errors_without_values

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_LEDGER = """
create schema if not exists ops;
create table if not exists ops.migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
"""


@dataclass(frozen=True)
class Migration:
    """One file `NNNN_what_it_makes.sql`."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrate(settings: Settings, directory: Path = MIGRATIONS_DIR) -> list[str]:
    """Applies what is missing; returns the names of the files applied now, in order.

    Two at once are safe: the second waits, then finds nothing to do.

    Raises:
        Fatal: an applied file was changed or is missing here, or a statement failed (that file is
            rolled back; those before it stay applied).
    """
    migrations = read_migrations(directory)
    with _locked(settings) as conn:
        pending = _pending(migrations, _applied(conn))
        for migration in pending:
            _apply(conn, migration)
    return [migration.name for migration in pending]


def pending_migrations(settings: Settings, directory: Path = MIGRATIONS_DIR) -> list[str]:
    """Names of the files that the database lacks; same errors as `migrate`."""
    with _locked(settings) as conn:
        pending = _pending(read_migrations(directory), _applied(conn))
    return [migration.name for migration in pending]


def read_migrations(directory: Path = MIGRATIONS_DIR) -> list[Migration]:
    """The files in order of their numbers; a wrong or doubled number is `Fatal`."""
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise Fatal(f"{path.name} is not named like 0001_what_it_makes.sql")
        migrations.append(Migration(int(match[1]), path.name, path.read_text(encoding="utf-8")))
    numbers = [migration.number for migration in migrations]
    if len(set(numbers)) < len(numbers):
        raise Fatal(f"two migrations in {directory.name} have the same number")
    return migrations


@contextmanager
def _locked(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings, LOGIN, stage="migrate", autocommit=True) as conn:
        with database_errors_without_values():
            conn.execute("select pg_advisory_lock(hashtextextended('c360:migrate', 0))")
            conn.execute("set role c360_owner")
            conn.execute(_LEDGER)
        yield conn


def _applied(conn: psycopg.Connection) -> Mapping[int, tuple[str, str]]:
    rows = conn.execute("select number, name, checksum from ops.migration").fetchall()
    return {number: (name, checksum) for number, name, checksum in rows}


def _pending(
    migrations: Sequence[Migration], applied: Mapping[int, tuple[str, str]]
) -> list[Migration]:
    here = {migration.number: migration for migration in migrations}
    for number, (name, checksum) in applied.items():
        if number not in here:
            raise Fatal(f"the database has migration {name}; this checkout is too old for it")
        if here[number].checksum != checksum:
            raise Fatal(
                f"migration {name} was changed after it was applied: restore the file and write "
                "the change as the next number"
            )
    newest = max(applied, default=0)
    pending = [migration for migration in migrations if migration.number not in applied]
    if pending and pending[0].number < newest:
        raise Fatal(f"migration {pending[0].name} comes too late: give it the next number")
    return pending


def _apply(conn: psycopg.Connection, migration: Migration) -> None:
    try:
        with conn.transaction():
            conn.execute(migration.text.encode())
            conn.execute(
                "insert into ops.migration (number, name, checksum) values (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
    except psycopg.Error as error:
        # DDL holds no personal data, so the server's own words help here.
        raise Fatal(f"migration {migration.name} failed: {error.diag.message_primary}") from None
