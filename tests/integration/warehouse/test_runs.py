"""Runs take every pending load; days close when everybody delivered."""

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.days import close_days, close_window, newest_closed_day, record_empty_day
from warehouse.errors import Fatal
from warehouse.freshness import held_stages, recent_runs, source_freshness
from warehouse.runs import finish_run, has_pending_loads, open_run, read_run
from warehouse.stage import hold_stage

RUN_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
D1, D2, D3 = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)


def add_load(settings: Settings, source: str, day: date, name: str = "a") -> int:
    with connect(settings, "c360_ingest") as conn:
        row = conn.execute(
            """
            insert into ops.load (source, kind, path, file_hash, size_bytes, landing_day,
                arrival_day, contract_version, rows_in, loaded, duplicate, quarantined, started_at)
            values (%s, 'events', %s, %s, 1, %s, %s, 1, 6, 3, 2, 1, %s) returning load_id
            """,
            (
                source,
                f"{source}/events/{day}/{name}",
                sha256(f"{source}{day}{name}".encode()).digest(),
                day,
                day,
                RUN_AT,
            ),
        ).fetchone()
    assert row is not None
    load_id: int = row[0]
    return load_id


def statuses(settings: Settings) -> list[str]:
    return [run.status for run in reversed(recent_runs(settings, 100))]


def test_a_run_takes_every_pending_load(warehouse_settings: Settings) -> None:
    loads = (add_load(warehouse_settings, "app", D1), add_load(warehouse_settings, "web", D1))
    run = open_run(warehouse_settings, run_at=RUN_AT)
    assert run.load_ids == loads
    assert run == read_run(warehouse_settings, run.run_id)


def test_a_failed_runs_loads_are_taken_again_with_the_new_ones(
    warehouse_settings: Settings,
) -> None:
    first = add_load(warehouse_settings, "app", D1)
    run = open_run(warehouse_settings, run_at=RUN_AT)
    finish_run(warehouse_settings, run.run_id, "blocked", reason="raw gate: volume")
    second = add_load(warehouse_settings, "app", D2)
    assert open_run(warehouse_settings, run_at=RUN_AT).load_ids == (first, second)
    assert statuses(warehouse_settings) == ["blocked", "running"]


def test_loads_that_a_run_lacks_are_pending_beyond_it(warehouse_settings: Settings) -> None:
    assert not has_pending_loads(warehouse_settings)
    add_load(warehouse_settings, "app", D1)
    run = open_run(warehouse_settings, run_at=RUN_AT)
    assert has_pending_loads(warehouse_settings)
    assert not has_pending_loads(warehouse_settings, beyond_run=run.run_id)
    add_load(warehouse_settings, "app", D2)
    assert has_pending_loads(warehouse_settings, beyond_run=run.run_id)


def test_a_retried_opening_gives_the_same_run(warehouse_settings: Settings) -> None:
    one = open_run(warehouse_settings, run_at=RUN_AT, orchestrator_run_id="scheduled__1")
    add_load(warehouse_settings, "app", D1)
    two = open_run(warehouse_settings, run_at=RUN_AT, orchestrator_run_id="scheduled__1")
    assert one == two


def test_a_run_that_never_ended_is_closed_by_the_next(warehouse_settings: Settings) -> None:
    old = open_run(warehouse_settings, run_at=RUN_AT)
    open_run(warehouse_settings, run_at=RUN_AT)
    finish_run(warehouse_settings, old.run_id, "published", counts={"late": 1})
    assert statuses(warehouse_settings) == ["failed", "running"]


def test_as_of_is_the_newest_closed_day(warehouse_settings: Settings) -> None:
    assert open_run(warehouse_settings, run_at=RUN_AT).as_of is None
    close_window(warehouse_settings, D1, D2, "backfill")
    assert open_run(warehouse_settings, run_at=RUN_AT).as_of == D2


def test_as_of_never_goes_back(warehouse_settings: Settings) -> None:
    close_window(warehouse_settings, D3, D3, "command")
    run = open_run(warehouse_settings, run_at=RUN_AT)
    with connect(warehouse_settings, LOGIN) as conn:
        conn.execute("update ops.run set status = 'published' where run_id = %s", (run.run_id,))
    with pytest.raises(Fatal, match="back in time"):
        open_run(warehouse_settings, run_at=RUN_AT, as_of=D2)


def test_reading_an_unknown_run_says_so(warehouse_settings: Settings) -> None:
    with pytest.raises(Fatal, match="no run 999"):
        read_run(warehouse_settings, 999)


def test_a_day_is_closed_when_every_enabled_source_delivered(
    warehouse_settings: Settings,
) -> None:
    enabled = ["app", "web"]
    add_load(warehouse_settings, "app", D1)
    add_load(warehouse_settings, "app", D1, "another")
    add_load(warehouse_settings, "commerce", D1)
    assert close_days(warehouse_settings, enabled) == []
    add_load(warehouse_settings, "web", D1)
    add_load(warehouse_settings, "app", D2)
    with connect(warehouse_settings, "c360_ingest") as conn:
        for _ in range(2):
            record_empty_day(conn, "web", D2, "web/_manifest/2026-11-20/_empty.json")
    assert close_days(warehouse_settings, enabled) == [D1, D2]
    assert close_days(warehouse_settings, enabled) == []
    assert newest_closed_day(warehouse_settings) == D2


def test_a_disabled_source_keeps_no_day_open(warehouse_settings: Settings) -> None:
    add_load(warehouse_settings, "commerce", D1)
    assert close_days(warehouse_settings, ["commerce"]) == [D1]


def test_without_any_source_no_day_is_closed(warehouse_settings: Settings) -> None:
    with pytest.raises(Fatal, match=r"sources\.yml"):
        close_days(warehouse_settings, [])


def test_a_window_closes_whatever_was_delivered(warehouse_settings: Settings) -> None:
    assert close_window(warehouse_settings, D1, D3, "command") == [D1, D2, D3]
    assert close_window(warehouse_settings, D1, D3, "backfill") == []
    with pytest.raises(Fatal, match="before it begins"):
        close_window(warehouse_settings, D3, D1, "command")


def test_freshness_adds_up_the_ledger(warehouse_settings: Settings) -> None:
    add_load(warehouse_settings, "app", D1)
    add_load(warehouse_settings, "app", D2)
    with connect(warehouse_settings, "c360_ingest") as conn:
        record_empty_day(conn, "app", D3, "x")
        record_empty_day(conn, "web", D1, "x")
    app, web = source_freshness(warehouse_settings)
    assert (app.source, app.newest_day, app.files, app.rows_in) == ("app", D3, 2, 12)
    assert (app.loaded, app.duplicate, app.quarantined, app.pending_files) == (6, 4, 2, 2)
    assert (web.source, web.newest_day, web.files, web.last_load_at) == ("web", D1, 0, None)


def test_a_stage_shows_as_held_only_while_it_is(warehouse_settings: Settings) -> None:
    with hold_stage(warehouse_settings, "identity", role="c360_identity"):
        assert [held.stage for held in held_stages(warehouse_settings)] == ["identity"]
    assert held_stages(warehouse_settings) == []
