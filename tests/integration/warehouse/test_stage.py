"""Stage locks with fences: the newest holder of a stage is the only one that commits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal, Retryable
from warehouse.stage import Fence, hold_stage, lock_transaction

ROLE = "c360_ingest"


def kill_session(settings: Settings, name: str) -> None:
    with connect(settings, LOGIN, autocommit=True) as conn:
        killed = conn.execute(
            "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = %s and datname = current_database()",
            (name,),
        ).fetchone()
    assert killed == (1,)


def add_empty_day(conn: psycopg.Connection, source: str) -> None:
    conn.execute(
        "insert into ops.empty_day (source, day, manifest_path) values (%s, '2026-11-21', 'x')",
        (source,),
    )


def empty_days(settings: Settings) -> list[str]:
    with connect(settings, ROLE) as conn:
        return [row[0] for row in conn.execute("select source from ops.empty_day order by 1")]


def stage_runs(settings: Settings) -> list[str]:
    with connect(settings, "c360_publish") as conn:
        return [row[0] for row in conn.execute("select status from ops.stage_run order by fence")]


def test_only_one_holds_a_stage_at_a_time(warehouse_settings: Settings) -> None:
    inside, most = 0, 0
    guard = threading.Lock()

    def work(_: int) -> int:
        nonlocal inside, most
        with hold_stage(warehouse_settings, "identity", role=ROLE) as fence:
            with guard:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.05)
            with guard:
                inside -= 1
            return fence.number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(work, range(4)))
    assert most == 1
    assert len(set(numbers)) == 4
    assert stage_runs(warehouse_settings) == ["done"] * 4


def test_different_stages_do_not_wait_for_each_other(warehouse_settings: Settings) -> None:
    with (
        hold_stage(warehouse_settings, "identity", role=ROLE),
        hold_stage(warehouse_settings, "publish", role=ROLE, wait_seconds=1) as fence,
    ):
        assert fence.stage == "publish"


def test_waiting_ends_with_a_retryable_error(warehouse_settings: Settings) -> None:
    with (
        hold_stage(warehouse_settings, "identity", role=ROLE),
        pytest.raises(Retryable, match="identity"),
        hold_stage(warehouse_settings, "identity", role=ROLE, wait_seconds=0.2),
    ):
        pytest.fail("held twice")


def test_a_holder_that_lost_its_lock_session_cannot_commit(warehouse_settings: Settings) -> None:
    """Only the lock's session dies, in mid-stage; then a second run takes the stage."""
    with pytest.raises(Fatal, match="taken over"):
        overtaken_between_transactions(warehouse_settings)
    assert empty_days(warehouse_settings) == ["second"]
    assert stage_runs(warehouse_settings) == ["overtaken", "done"]


def overtaken_between_transactions(settings: Settings) -> None:
    with hold_stage(settings, "identity", role=ROLE) as first:
        kill_session(settings, "c360:lock:identity")
        work_as_second(settings)
        # The first goes on without knowing, on a connection it opens only now.
        with connect(settings, ROLE, stage="identity") as conn:
            add_empty_day(conn, "first")
            first.check(conn)


def work_as_second(settings: Settings) -> None:
    with (
        hold_stage(settings, "identity", role=ROLE, wait_seconds=10) as second,
        connect(settings, ROLE, stage="identity") as conn,
    ):
        add_empty_day(conn, "second")
        second.check(conn)


def test_a_second_holder_ends_the_open_transaction_of_the_first(
    warehouse_settings: Settings,
) -> None:
    with pytest.raises(psycopg.OperationalError):
        overtaken_within_a_transaction(warehouse_settings)
    assert empty_days(warehouse_settings) == ["second"]


def overtaken_within_a_transaction(settings: Settings) -> None:
    with (
        hold_stage(settings, "identity", role=ROLE),
        connect(settings, ROLE, stage="identity") as conn,
    ):
        add_empty_day(conn, "first")
        kill_session(settings, "c360:lock:identity")
        work_as_second(settings)
        add_empty_day(conn, "again")


def test_a_second_holder_waits_for_a_first_that_passed_its_check(
    warehouse_settings: Settings,
) -> None:
    """Between check and commit nobody can take over: here the session has another name."""
    settings = warehouse_settings
    with (
        hold_stage(settings, "identity", role=ROLE) as first,
        ThreadPoolExecutor(1) as pool,
        connect(settings, ROLE, stage="named otherwise") as conn,
    ):
        add_empty_day(conn, "first")
        first.check(conn)
        kill_session(settings, "c360:lock:identity")
        second = pool.submit(work_as_second, settings)
        threading.Event().wait(0.5)
        assert not second.done()
        conn.commit()
        second.result(timeout=10)
    assert empty_days(settings) == ["first", "second"]


def test_a_failed_stage_is_recorded_as_failed(warehouse_settings: Settings) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        hold_stage(warehouse_settings, "identity", role=ROLE) as fence,
    ):
        fence.counts["rows"] = 1 // 0
    assert stage_runs(warehouse_settings) == ["failed"]


def test_counts_and_seconds_of_a_stage_are_kept(warehouse_settings: Settings) -> None:
    with hold_stage(warehouse_settings, "identity", role=ROLE) as fence:
        fence.counts["rows"] = 7
    with connect(warehouse_settings, "c360_publish") as conn:
        row = conn.execute("select counts from ops.stage_run").fetchone()
    assert row is not None
    assert row[0]["rows"] == 7
    assert row[0].keys() >= {"wall_seconds", "cpu_seconds"}


def test_an_unknown_fence_holds_nothing(warehouse_settings: Settings) -> None:
    with connect(warehouse_settings, ROLE) as conn, pytest.raises(Fatal):
        Fence("identity", 123).check(conn)


@pytest.mark.parametrize(
    "role",
    ["c360_ingest", "c360_identity", "c360_transform", "c360_offers", "c360_publish"],
)
def test_every_step_role_may_check_its_fence(warehouse_settings: Settings, role: str) -> None:
    with (
        hold_stage(warehouse_settings, "any", role=role) as fence,
        connect(warehouse_settings, role, stage="any") as conn,
    ):
        fence.check(conn)


def test_a_transaction_lock_ends_with_its_transaction(warehouse_settings: Settings) -> None:
    with connect(warehouse_settings, ROLE) as one, connect(warehouse_settings, ROLE) as two:
        two.execute("set lock_timeout = '200ms'")
        two.commit()
        lock_transaction(one, "file")
        with pytest.raises(Retryable):
            lock_transaction(two, "file")
        two.rollback()
        one.rollback()
        lock_transaction(two, "file")
