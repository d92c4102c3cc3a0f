"""How fresh everything is: what each source delivered last, what is published, what is stuck."""

from datetime import date, datetime
from typing import NamedTuple

from psycopg.rows import class_row

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_publish"


class SourceFreshness(NamedTuple):
    """One source: its newest day (by load or empty-day manifest), files, rows, what is pending."""

    source: str
    newest_day: date
    last_load_at: datetime | None
    files: int
    rows_in: int
    loaded: int
    duplicate: int
    quarantined: int
    pending_files: int


class RunSummary(NamedTuple):
    """One run of the chain and how it ended."""

    run_id: int
    run_at: datetime
    as_of: date | None
    status: str
    reason: str | None


class Published(NamedTuple):
    """The published version and the rows of each mart in it."""

    version: int
    as_of: date
    published_at: datetime
    row_counts: dict[str, int]


class HeldStage(NamedTuple):
    """A stage that some run holds now."""

    stage: str
    run_id: int | None
    started_at: datetime


class IdentityRun(NamedTuple):
    """One run of identity resolution with its health metrics."""

    run_id: int
    run_at: datetime
    mode: str
    seconds: float
    health: dict[str, float]


def newest_identity_run(settings: Settings) -> IdentityRun | None:
    """The newest run of identity resolution; None before the first."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(IdentityRun)) as cursor,
    ):
        return cursor.execute(
            "select run_id, run_at, mode, seconds, health from identity.run"
            " order by run_id desc limit 1"
        ).fetchone()


class SharedIdentifier(NamedTuple):
    """An identifier that links nobody; its value is masked."""

    namespace: str
    scope: str
    masked_value: str
    status: str
    reason: str | None
    neighbour_count: int
    account_count: int
    owner_count: int
    last_seen_at: datetime | None


def shared_identifiers(settings: Settings, limit: int) -> list[SharedIdentifier]:
    """Identifiers that link nobody, those seen with the most others first."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(SharedIdentifier)) as cursor,
    ):
        return cursor.execute(
            "select namespace, scope, masked_value, status, reason, neighbour_count, account_count,"
            " owner_count, last_seen_at"
            " from mart.shared_identifier order by neighbour_count desc, identifier_id limit %s",
            (limit,),
        ).fetchall()


def source_freshness(settings: Settings) -> list[SourceFreshness]:
    """Every source that ever delivered, by name."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(SourceFreshness)) as cursor,
    ):
        return cursor.execute(
            """
            select
                coalesce(l.source, e.source) as source,
                greatest(l.newest_day, e.newest_day) as newest_day,
                l.last_load_at,
                coalesce(l.files, 0) as files,
                coalesce(l.rows_in, 0)::bigint as rows_in,
                coalesce(l.loaded, 0)::bigint as loaded,
                coalesce(l.duplicate, 0)::bigint as duplicate,
                coalesce(l.quarantined, 0)::bigint as quarantined,
                coalesce(l.pending_files, 0) as pending_files
            from (
                select
                    source,
                    max(landing_day) as newest_day,
                    max(finished_at) as last_load_at,
                    count(*) as files,
                    sum(rows_in) as rows_in,
                    sum(loaded) as loaded,
                    sum(duplicate) as duplicate,
                    sum(quarantined) as quarantined,
                    count(*) filter (where published_run_id is null) as pending_files
                from ops.load group by source
            ) as l
            full outer join (
                select source, max(day) as newest_day from ops.empty_day group by source
            ) as e on l.source = e.source
            order by 1
            """
        ).fetchall()


def recent_runs(settings: Settings, limit: int = 5) -> list[RunSummary]:
    """The newest runs of the chain, newest first."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(RunSummary)) as cursor,
    ):
        return cursor.execute(
            "select run_id, run_at, as_of, status, reason from ops.run"
            " order by run_id desc limit %s",
            (limit,),
        ).fetchall()


def published_version(settings: Settings) -> Published | None:
    """What `mart` shows; None before the first publish."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(Published)) as cursor,
    ):
        return cursor.execute(
            "select version, as_of, published_at, row_counts from mart.publication"
        ).fetchone()


def held_stages(settings: Settings) -> list[HeldStage]:
    """Stages whose lock is held now, longest first."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE) as conn,
        conn.cursor(row_factory=class_row(HeldStage)) as cursor,
    ):
        return cursor.execute(
            """
            select stage, run_id, started_at from ops.stage_run as s
            where status = 'running' and exists (
                select from pg_locks as l
                where l.locktype = 'advisory' and l.granted
                    and l.database
                    = (select oid from pg_database where datname = current_database())
                    and ((l.classid::bigint << 32) | l.objid::bigint)
                    = hashtextextended('c360:' || s.stage, 0)
            )
            order by fence
            """
        ).fetchall()
