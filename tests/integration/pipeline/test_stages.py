"""How a stage that does not succeed leaves the run, its loads and what is published."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from psycopg import Connection

from expectations.gate import GateResult
from pipeline import stages
from pipeline.chain import run_chain
from pipeline.order import STAGE_ORDER
from settings import Settings, enabled_sources
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal, Retryable
from warehouse.runs import Run, open_run

AT = datetime(2026, 10, 3, tzinfo=UTC)
DAY = date(2026, 9, 28)


@pytest.fixture
def conn(warehouse_settings: Settings) -> Iterator[Connection]:
    with connect(warehouse_settings, LOGIN, autocommit=True) as conn:
        for source in enabled_sources(warehouse_settings.config_dir):
            conn.execute(
                """
                insert into ops.load (
                    source, kind, path, file_hash, size_bytes, landing_day, arrival_day,
                    contract_version, rows_in, loaded, duplicate, quarantined, started_at
                ) values (%s, 'events', %s, sha256('a'), 1, %s, %s, 1, 1, 1, 0, 0, now())
                """,
                (source, source, DAY, DAY),
            )
        yield conn


@pytest.fixture
def run(warehouse_settings: Settings, conn: Connection) -> Run:
    assert conn.info.dbname
    return open_run(warehouse_settings, run_at=AT, as_of=DAY)


def close_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = GateResult("raw", 3, ("volume_as_usual", "no_new_event_name"), ())
    monkeypatch.setattr(stages, "check_gate", lambda *_: closed)


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(stages, "build_layer", fail)


def ended(conn: Connection, run_id: int) -> tuple[str, str | None, int]:
    status = conn.execute("select status, reason from ops.run where run_id = %s", (run_id,))
    pending = conn.execute("select count(*) from ops.load where published_run_id is null")
    row, count = status.fetchone(), pending.fetchone()
    assert row
    assert count
    return row[0], row[1], count[0]


def test_every_stage_of_the_order_exists_and_no_other():
    assert tuple(stages.STAGES) == STAGE_ORDER


def test_a_closed_gate_blocks_the_run_and_names_what_failed(
    warehouse_settings: Settings, conn: Connection, run: Run, monkeypatch: pytest.MonkeyPatch
):
    close_the_gate(monkeypatch)
    with pytest.raises(stages.GateClosed, match="volume_as_usual, no_new_event_name"):
        stages.run_stage(warehouse_settings, run.run_id, "check_raw")
    status, reason, pending = ended(conn, run.run_id)
    assert (status, pending) == ("blocked", 5)
    assert reason
    assert "volume_as_usual" in reason


def test_a_blocked_run_cannot_publish_any_more(
    warehouse_settings: Settings, conn: Connection, run: Run, monkeypatch: pytest.MonkeyPatch
):
    close_the_gate(monkeypatch)
    with pytest.raises(stages.GateClosed):
        stages.run_stage(warehouse_settings, run.run_id, "check_raw")
    with pytest.raises(Fatal, match="only an open run can publish"):
        stages.run_stage(warehouse_settings, run.run_id, "publish")
    assert conn.execute("select count(*) from mart.publication").fetchone() == (0,)


def test_what_may_heal_leaves_the_run_open_for_its_retry(
    warehouse_settings: Settings, conn: Connection, run: Run, monkeypatch: pytest.MonkeyPatch
):
    fail_with(monkeypatch, Retryable("the database is away"))
    with pytest.raises(Retryable):
        stages.run_stage(warehouse_settings, run.run_id, "build_marts")
    assert ended(conn, run.run_id) == ("running", None, 5)


def test_what_cannot_heal_fails_the_run_and_says_at_which_stage(
    warehouse_settings: Settings, conn: Connection, run: Run, monkeypatch: pytest.MonkeyPatch
):
    fail_with(monkeypatch, Fatal("a model is wrong"))
    with pytest.raises(Fatal):
        stages.run_stage(warehouse_settings, run.run_id, "build_marts")
    assert ended(conn, run.run_id) == ("failed", "build_marts: a model is wrong", 5)


@pytest.mark.usefixtures("conn")
def test_without_airflow_a_closed_gate_stops_the_chain_at_the_gate(
    warehouse_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    close_the_gate(monkeypatch)
    steps: list[str] = []
    with pytest.raises(stages.GateClosed):
        run_chain(warehouse_settings, AT, progress=steps.append)
    assert steps == ["check_raw"]
