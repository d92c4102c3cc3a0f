"""When a run of the chain opens, and what waits: the ledger decides, not events."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Connection

from pipeline.chain import finish_run, open_run
from settings import Settings, enabled_sources
from warehouse.connection import LOGIN, connect
from warehouse.runs import finish_run as end_run
from warehouse.stage import hold_stage

AT = datetime(2026, 10, 3, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 9, 28), date(2026, 9, 29)


@pytest.fixture
def conn(warehouse_settings: Settings) -> Iterator[Connection]:
    with connect(warehouse_settings, LOGIN, autocommit=True) as conn:
        yield conn


def deliver(conn: Connection, source: str, day: date, name: str = "file") -> None:
    conn.execute(
        """
        insert into ops.load (
            source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
            rows_in, loaded, duplicate, quarantined, started_at
        ) values (%s, 'events', %s, sha256(%s::bytea), 1, %s, %s, 1, 1, 1, 0, 0, now())
        """,
        (source, f"{source}/{day}/{name}", f"{source}{day}{name}", day, day),
    )


def deliver_all(conn: Connection, settings: Settings, day: date) -> None:
    for source in enabled_sources(settings.config_dir):
        deliver(conn, source, day)


def publish(conn: Connection, settings: Settings, run_id: int) -> None:
    conn.execute(
        "update ops.load set published_run_id = %s where published_run_id is null", (run_id,)
    )
    end_run(settings, run_id, "published")


def test_nothing_delivered_opens_nothing(warehouse_settings: Settings):
    assert open_run(warehouse_settings, AT) is None


def test_a_day_that_lacks_a_source_opens_nothing(warehouse_settings: Settings, conn: Connection):
    for source in enabled_sources(warehouse_settings.config_dir)[1:]:
        deliver(conn, source, MONDAY)
    assert open_run(warehouse_settings, AT) is None
    assert open_run(warehouse_settings, AT, only_complete_days=True) is None


def test_a_complete_day_opens_one_run_of_all_its_loads(
    warehouse_settings: Settings, conn: Connection
):
    deliver_all(conn, warehouse_settings, MONDAY)
    run = open_run(warehouse_settings, AT, only_complete_days=True)
    assert run == {"run_id": 1, "as_of": "2026-09-28", "loads": 5}


def test_nothing_is_complete_while_a_source_is_being_loaded(
    warehouse_settings: Settings, conn: Connection
):
    deliver_all(conn, warehouse_settings, MONDAY)
    with hold_stage(warehouse_settings, "ingest:web:2026-09-28:2026-09-28", role="c360_ingest"):
        assert open_run(warehouse_settings, AT, only_complete_days=True) is None
        assert open_run(warehouse_settings, AT) is None
        assert conn.execute("select count(*) from ops.closed_day").fetchone() == (0,)
    assert open_run(warehouse_settings, AT, only_complete_days=True)


def test_a_loader_that_died_holds_nobody_up(warehouse_settings: Settings, conn: Connection):
    deliver_all(conn, warehouse_settings, MONDAY)
    conn.execute("insert into ops.stage_run (stage) values ('ingest:web:2026-09-28:2026-09-28')")
    assert open_run(warehouse_settings, AT, only_complete_days=True)


def test_loads_of_an_open_day_wait_for_it_on_an_event_and_are_taken_by_the_clock(
    warehouse_settings: Settings, conn: Connection
):
    deliver_all(conn, warehouse_settings, MONDAY)
    first = open_run(warehouse_settings, AT)
    assert first
    publish(conn, warehouse_settings, first["run_id"])
    deliver(conn, "web", TUESDAY)
    assert open_run(warehouse_settings, AT, only_complete_days=True) is None
    by_clock = open_run(warehouse_settings, AT)
    assert by_clock
    assert (by_clock["as_of"], by_clock["loads"]) == ("2026-09-28", 1)


def test_a_late_file_of_a_complete_day_opens_a_run(warehouse_settings: Settings, conn: Connection):
    deliver_all(conn, warehouse_settings, MONDAY)
    first = open_run(warehouse_settings, AT)
    assert first
    publish(conn, warehouse_settings, first["run_id"])
    assert open_run(warehouse_settings, AT, only_complete_days=True) is None
    deliver(conn, "web", MONDAY, "late")
    late = open_run(warehouse_settings, AT, only_complete_days=True)
    assert late
    assert late["loads"] == 1


def test_a_day_completed_by_a_manifest_opens_a_run_without_loads(
    warehouse_settings: Settings, conn: Connection
):
    deliver_all(conn, warehouse_settings, MONDAY)
    first = open_run(warehouse_settings, AT)
    assert first
    publish(conn, warehouse_settings, first["run_id"])
    for source in enabled_sources(warehouse_settings.config_dir):
        conn.execute("insert into ops.empty_day values (%s, %s, 'm')", (source, TUESDAY))
    run = open_run(warehouse_settings, AT, only_complete_days=True)
    assert run
    assert (run["as_of"], run["loads"]) == ("2026-09-29", 0)


def test_a_retried_task_gets_the_run_it_opened(warehouse_settings: Settings, conn: Connection):
    deliver_all(conn, warehouse_settings, MONDAY)
    runs = [open_run(warehouse_settings, AT, orchestrator_run_id="scheduled_1") for _ in range(2)]
    assert runs[0] == runs[1]


def test_what_came_during_a_run_is_said_at_its_end(warehouse_settings: Settings, conn: Connection):
    deliver_all(conn, warehouse_settings, MONDAY)
    run = open_run(warehouse_settings, AT)
    assert run
    assert finish_run(warehouse_settings, run["run_id"]) == {"pending": False}
    deliver(conn, "web", TUESDAY)
    assert finish_run(warehouse_settings, run["run_id"]) == {"pending": True}


def test_opening_a_run_refreshes_the_statistics_of_what_was_loaded(
    warehouse_settings: Settings, conn: Connection
):
    conn.execute("select raw.ensure_month('web', date '2026-09-01')")
    conn.execute(
        """
        insert into raw.record (
            source, kind, source_key, content_hash, event_at, event_day, occurred_at, body,
            _load_id, _line_number
        )
        select 'web', 'events', n::text, gen_random_uuid(), now(), date '2026-09-28', now(), '{}',
            1, n
        from generate_series(1, 2000) as n
        """
    )
    deliver_all(conn, warehouse_settings, MONDAY)
    conn.close()  # a session reports what it changed when it ends
    open_run(warehouse_settings, AT)
    with connect(warehouse_settings, LOGIN) as reader:
        estimate = reader.execute(
            "select reltuples from pg_class where oid = 'raw.web_202609'::regclass"
        ).fetchone()
    assert estimate == (2000,)


def test_a_kind_that_came_every_day_keeps_the_day_open_until_it_is_there(
    warehouse_settings: Settings, conn: Connection
):
    conn.execute(
        "insert into ops.kind values ('web', 'events', 1, 'daily'), ('web', 'x', 1, 'daily')"
    )
    fortnight = [MONDAY - timedelta(days=back) for back in range(1, 15)]
    for day in fortnight:
        deliver(conn, "web", day)
    conn.execute("update ops.load set rows_in = 10, loaded = 10")
    for source in enabled_sources(warehouse_settings.config_dir):
        deliver(conn, source, MONDAY)
    conn.execute(
        "update ops.load set kind = 'logins' where source = 'web' and landing_day = %s", (MONDAY,)
    )
    assert open_run(warehouse_settings, AT) is None
    deliver(conn, "web", MONDAY, "late")
    opened = open_run(warehouse_settings, AT)
    assert opened is not None
    assert opened["as_of"] == str(MONDAY)
