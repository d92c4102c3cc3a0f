"""The ledger of loads: one row per file generation, and the law that nothing is lost.

`rows_in = loaded + duplicate + quarantined` is a constraint of the table, so a load that does not
add up cannot commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from warehouse.errors import Fatal, database_errors_without_values


@dataclass(frozen=True)
class LandingFile:
    """What identifies one delivery: the same bytes at the same path are one load, for ever.

    Only of a window that is written anew (`is_window`) the newest bytes count: when it comes back
    to bytes it had before, these are loaded again.
    """

    source: str
    kind: str
    path: str
    file_hash: bytes
    size_bytes: int
    landing_day: date
    is_window: bool = False


@dataclass(frozen=True)
class LoadCounts:
    """The four figures of the law, in records."""

    rows_in: int = 0
    loaded: int = 0
    duplicate: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class OpenedLoad:
    """A ledger row, and whether it was made just now."""

    load_id: int
    is_new: bool


_OPEN = """
with known as (
    select load_id from ops.load as l
    where source = %(source)s and kind = %(kind)s and path = %(path)s
        and file_hash = %(file_hash)s
        and (not %(is_window)s or not exists (
            select from ops.load as newer
            where newer.source = l.source and newer.kind = l.kind and newer.path = l.path
                and newer.generation > l.generation
        ))
),
opened as (
    insert into ops.load (
        source, kind, path, file_hash, generation, size_bytes, landing_day, arrival_day,
        contract_version, rows_in, loaded, duplicate, quarantined, started_at,
        orchestrator_run_id, is_rewrite
    )
    select
        %(source)s, %(kind)s, %(path)s, %(file_hash)s,
        1 + count(*), %(size_bytes)s, %(landing_day)s, %(arrival_day)s,
        %(contract_version)s, 0, 0, 0, 0, clock_timestamp(),
        %(orchestrator_run_id)s,
        %(is_window)s and coalesce(bool_or(file_hash = %(file_hash)s), false)
    from ops.load
    where source = %(source)s and kind = %(kind)s and path = %(path)s
    having not exists (select from known)
    returning load_id
)
select load_id, false as is_new from known
union all
select load_id, true from opened
"""


def loaded_files(
    conn: psycopg.Connection,
    source: str,
    first_day: date,
    last_day: date,
    rewritten_kinds: Sequence[str] = (),
) -> set[tuple[str, str, bytes]]:
    """Kind, path and hash of every delivery of some days that is loaded.

    Of kinds whose windows are written anew, only what counts now.
    """
    with database_errors_without_values():
        rows = conn.execute(
            """
            select kind, path, file_hash from ops.load as l
            where source = %(source)s and landing_day between %(first_day)s and %(last_day)s
                and (kind <> all (%(rewritten)s) or not exists (
                    select from ops.load as newer
                    where newer.source = l.source and newer.kind = l.kind and newer.path = l.path
                        and newer.generation > l.generation
                ))
            """,
            {
                "source": source,
                "first_day": first_day,
                "last_day": last_day,
                "rewritten": list(rewritten_kinds),
            },
        ).fetchall()
    return {(kind, path, bytes(file_hash)) for kind, path, file_hash in rows}


def open_load(
    conn: psycopg.Connection,
    file: LandingFile,
    *,
    arrival_day: date,
    contract_version: int,
    orchestrator_run_id: str | None = None,
) -> OpenedLoad:
    """The load that already holds exactly this delivery, else a new ledger row without counts.

    A new row is visible once the transaction commits.
    """
    with database_errors_without_values():
        row = conn.execute(
            _OPEN,
            {
                **vars(file),
                "arrival_day": arrival_day,
                "contract_version": contract_version,
                "orchestrator_run_id": orchestrator_run_id,
            },
        ).fetchone()
    if row is None:
        raise Fatal("the ledger gave no load id")
    return OpenedLoad(*row)


def close_load(conn: psycopg.Connection, load_id: int, counts: LoadCounts) -> None:
    """Writes the counts; fails when they break the law."""
    with database_errors_without_values():
        conn.execute(
            """
            update ops.load
            set rows_in = %s, loaded = %s, duplicate = %s, quarantined = %s,
                finished_at = clock_timestamp()
            where load_id = %s
            """,
            (counts.rows_in, counts.loaded, counts.duplicate, counts.quarantined, load_id),
        )
