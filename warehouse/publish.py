"""Publishing: `mart` becomes what `build` is, by difference, in one transaction, as one version.

Readers see the state before or the state after, never something between, and a row that did not
change is not written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.faults import fault_point
from warehouse.mart_tables import MartTable, mart_tables
from warehouse.stage import hold_stage

ROLE = "c360_publish"
STAGE = "publish"


class TableCounts(NamedTuple):
    """Rows of one mart that a publish deleted, updated and inserted, and how many it has now."""

    deleted: int
    updated: int
    inserted: int
    rows: int

    @property
    def rewritten(self) -> int:
        """Rows written in any way."""
        return self.deleted + self.updated + self.inserted


@dataclass(frozen=True)
class PublishCounts:
    """What one publish did."""

    version: int
    as_of: date
    tables: dict[str, TableCounts]

    @property
    def rewritten(self) -> int:
        """Rows written over all marts."""
        return sum(counts.rewritten for counts in self.tables.values())


class _Run(NamedTuple):
    run_id: int
    run_at: datetime
    as_of: date | None
    status: str
    counts: dict[str, Any]


def publish(settings: Settings, run_id: int) -> PublishCounts:
    """Publishes what `build` holds as the result of an open run.

    A run that is published already is left as it is, and its counts are returned again.

    Raises:
        Fatal: the run is not open, its as_of is older than the published one, a mart differs from
            its twin in `build`, or another publish took over. Then `mart` is what it was.
    """
    with (
        hold_stage(settings, STAGE, run_id=run_id, role=ROLE) as fence,
        database_errors_without_values(),
        connect(settings, ROLE, stage=STAGE) as conn,
    ):
        run = _lock_run(conn, run_id)
        if run.status == "published":
            return _recorded(run)
        as_of = _publishable_day(conn, run)
        tables = {table.name: _publish_table(conn, table) for table in mart_tables(conn)}
        fault_point("publish_after_tables")
        version = _replace_publication(conn, run, tables)
        counts = PublishCounts(version, as_of, tables)
        _finish(conn, run, counts)
        fence.counts["rows_rewritten"] = counts.rewritten
        fence.check(conn)
        fault_point("publish_before_commit")
    fault_point("publish_after_commit")
    return counts


def _lock_run(conn: psycopg.Connection, run_id: int) -> _Run:
    with conn.cursor(row_factory=class_row(_Run)) as cursor:
        run = cursor.execute(
            "select run_id, run_at, as_of, status, counts from ops.run where run_id = %s"
            " for update",
            (run_id,),
        ).fetchone()
    if run is None:
        raise Fatal(f"there is no run {run_id}")
    return run


def _recorded(run: _Run) -> PublishCounts:
    summary = run.counts["publish"]
    tables = {name: TableCounts(**counts) for name, counts in summary["tables"].items()}
    return PublishCounts(summary["version"], date.fromisoformat(summary["as_of"]), tables)


def _publishable_day(conn: psycopg.Connection, run: _Run) -> date:
    if run.status != "running":
        raise Fatal(f"run {run.run_id} is {run.status}: only an open run can publish")
    if run.as_of is None:
        raise Fatal(f"run {run.run_id} has no as_of: no day is closed, so nothing is complete")
    row = conn.execute("select max(as_of) from mart.publication").fetchone()
    if row and row[0] and run.as_of < row[0]:
        raise Fatal(f"{row[0]} is published already; run {run.run_id} is of {run.as_of}")
    return run.as_of


def _publish_table(conn: psycopg.Connection, table: MartTable) -> TableCounts:
    deleted = conn.execute(_delete_missing(table)).rowcount
    is_compared = table.other_columns and not table.is_frozen
    updated = conn.execute(_update_changed(table)).rowcount if is_compared else 0
    inserted = conn.execute(_insert_new(table)).rowcount
    row = conn.execute(sql.SQL("select count(*) from {}").format(table.published)).fetchone()
    return TableCounts(deleted, updated, inserted, int(row[0]) if row else 0)


def _delete_missing(table: MartTable) -> sql.Composed:
    return sql.SQL("delete from {} as m where not exists (select from {} as b where {})").format(
        table.published, table.built, _same_key(table)
    )


def _update_changed(table: MartTable) -> sql.Composed:
    names = [sql.Identifier(name) for name in table.other_columns]
    assignments = sql.SQL(", ").join(sql.SQL("{0} = b.{0}").format(name) for name in names)
    old = sql.SQL(", ").join(sql.SQL("m.{}").format(name) for name in names)
    new = sql.SQL(", ").join(sql.SQL("b.{}").format(name) for name in names)
    return sql.SQL(
        "update {} as m set {} from {} as b where {} and row({}) is distinct from row({})"
    ).format(table.published, assignments, table.built, _same_key(table), old, new)


def _insert_new(table: MartTable) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL(
        "insert into {} ({}) select {} from {} as b where not exists (select from {} as m where {})"
    ).format(table.published, names, names, table.built, table.published, _same_key(table))


def _same_key(table: MartTable) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("m.{0} = b.{0}").format(sql.Identifier(name)) for name in table.key
    )


def _replace_publication(
    conn: psycopg.Connection, run: _Run, tables: dict[str, TableCounts]
) -> int:
    rows = {name: counts.rows for name, counts in tables.items()}
    row = conn.execute("delete from mart.publication returning version").fetchone()
    version = (row[0] if row else 0) + 1
    conn.execute(
        """
        insert into mart.publication
            (version, as_of, published_at, run_id, row_counts, gate_results)
        select %s, %s, %s, %s, %s, coalesce(jsonb_object_agg(gate, result), '{}')
        from (
            select
                gate,
                jsonb_build_object(
                    'checked', count(*), 'passed', count(*) filter (where success)
                ) as result
            from ops.gate_result where run_id = %s group by gate
        ) as gates
        """,
        (version, run.as_of, run.run_at, run.run_id, Jsonb(rows), run.run_id),
    )
    return version


def _finish(conn: psycopg.Connection, run: _Run, counts: PublishCounts) -> None:
    changes = {name: table._asdict() for name, table in counts.tables.items()}
    summary = {
        "version": counts.version,
        "as_of": counts.as_of.isoformat(),
        "rows_rewritten": counts.rewritten,
        "tables": changes,
    }
    conn.execute(
        """
        update ops.load set published_run_id = %(run_id)s
        where published_run_id is null
            and load_id in (select load_id from ops.run_load where run_id = %(run_id)s)
        """,
        {"run_id": run.run_id},
    )
    conn.execute(
        """
        update ops.run
        set status = 'published', finished_at = clock_timestamp(),
            counts = counts || jsonb_build_object('publish', %s::jsonb)
        where run_id = %s
        """,
        (Jsonb(summary), run.run_id),
    )
    conn.execute(
        "insert into ops.audit (action, detail) values ('publish', %s)",
        (Jsonb({"run_id": run.run_id, **summary}),),
    )
