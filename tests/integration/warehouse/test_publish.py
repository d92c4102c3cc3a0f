"""Publishing by difference: one transaction, one version, nothing written that did not change."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from psycopg import sql

from settings import Settings
from warehouse.connection import LOGIN, Connection, connect
from warehouse.days import close_window
from warehouse.errors import Fatal
from warehouse.mart_tables import MartTable, mart_tables
from warehouse.publish import PublishCounts, publish
from warehouse.runs import has_pending_loads, open_run
from warehouse.stage import hold_stage

RUN_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 21)
COLUMNS = "id bigint, part text, amount numeric(18, 2), note text"


@pytest.fixture
def marts(warehouse_settings: Settings) -> Settings:
    """A warehouse whose only marts are two small ones of this test."""
    with connect(warehouse_settings, "c360_owner") as conn:
        conn.execute(
            """
            do $$ declare mart regclass; begin
                for mart in select oid from pg_class where relnamespace = 'mart'::regnamespace
                    and relkind = 'r' and relname <> 'publication'
                loop execute format('drop table %s cascade', mart); end loop;
            end $$
            """
        )
        for name in ("left_mart", "right_mart"):
            conn.execute(f"create table mart.{name} ({COLUMNS}, primary key (id, part))")
            conn.execute(f"grant select, insert, update, delete on mart.{name} to c360_publish")
            conn.execute(f"grant select on mart.{name} to c360_bi")
    with connect(warehouse_settings, "c360_transform") as conn:
        for name in ("left_mart", "right_mart"):
            conn.execute(f"create table build.{name} ({COLUMNS})")
    close_window(warehouse_settings, DAY, DAY, "command")
    return warehouse_settings


def build(settings: Settings, rows: list[tuple[int, str, float, str | None]]) -> None:
    """Makes both built tables hold exactly these rows."""
    with connect(settings, "c360_transform") as conn:
        for name in ("left_mart", "right_mart"):
            conn.execute(f"truncate build.{name}")
            columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 4
            conn.execute(
                sql.SQL(
                    "insert into {} select * from"
                    " unnest(%s::bigint[], %s::text[], %s::numeric[], %s::text[])"
                ).format(sql.Identifier("build", name)),
                columns,
            )


def publish_now(settings: Settings) -> PublishCounts:
    return publish(settings, open_run(settings, run_at=RUN_AT).run_id)


def published(settings: Settings) -> list[tuple[object, ...]]:
    with connect(settings, "c360_publish") as conn:
        return conn.execute("select * from mart.left_mart order by id, part").fetchall()


def test_mart_becomes_what_was_built(marts: Settings) -> None:
    build(marts, [(1, "a", 1.50, None), (2, "a", 2.00, "x"), (3, "a", 3.00, "x")])
    publish_now(marts)
    build(marts, [(1, "a", 1.50, "now"), (3, "a", 3.00, "x"), (3, "b", 4.00, None)])
    counts = publish_now(marts)
    with connect(marts, "c360_transform") as conn:
        built = conn.execute("select * from build.left_mart order by id, part").fetchall()
    assert published(marts) == built
    left = counts.tables["left_mart"]
    assert (left.deleted, left.updated, left.inserted, left.rows) == (1, 1, 1, 3)


def test_a_quiet_publish_rewrites_no_row(marts: Settings) -> None:
    build(marts, [(1, "a", 1.50, None), (2, "a", 2.00, "x")])
    first = publish_now(marts)
    with connect(marts, "c360_publish") as conn:
        before = conn.execute("select xmin::text, ctid::text from mart.left_mart").fetchall()
    second = publish_now(marts)
    with connect(marts, "c360_publish") as conn:
        after = conn.execute("select xmin::text, ctid::text from mart.left_mart").fetchall()
    assert (second.rewritten, second.version) == (0, first.version + 1)
    assert before == after


def test_a_frozen_mart_gains_and_loses_rows_but_changes_none(marts: Settings) -> None:
    with connect(marts, "c360_owner") as conn:
        conn.execute("revoke update on mart.left_mart from c360_publish")
    build(marts, [(1, "a", 1.50, "frozen"), (2, "a", 2.00, "x")])
    publish_now(marts)
    build(marts, [(1, "a", 9.99, "changed"), (3, "a", 3.00, "x")])
    counts = publish_now(marts).tables["left_mart"]
    assert (counts.deleted, counts.updated, counts.inserted) == (1, 0, 1)
    assert [row[3] for row in published(marts)] == ["frozen", "x"]


def test_publication_is_one_row_about_the_version(marts: Settings) -> None:
    build(marts, [(1, "a", 1.50, None)])
    publish_now(marts)
    run = open_run(marts, run_at=RUN_AT)
    with connect(marts, "c360_publish") as conn:
        conn.execute(
            "insert into ops.gate_result (run_id, gate, suite, expectation, success)"
            " values (%s, 'raw', 's', 'e1', true), (%s, 'raw', 's', 'e2', false)",
            (run.run_id, run.run_id),
        )
    publish(marts, run.run_id)
    with connect(marts, "c360_bi") as conn:
        rows = conn.execute("select * from mart.publication").fetchall()
    counts, gates = {"left_mart": 1, "right_mart": 1}, {"raw": {"checked": 2, "passed": 1}}
    assert rows == [(2, DAY, RUN_AT, run.run_id, counts, gates)]


def test_publishing_takes_the_runs_loads_and_only_them(marts: Settings) -> None:
    build(marts, [])
    add_load(marts, b"1" * 32)
    run = open_run(marts, run_at=RUN_AT)
    add_load(marts, b"2" * 32)
    publish(marts, run.run_id)
    assert has_pending_loads(marts)
    publish(marts, open_run(marts, run_at=RUN_AT).run_id)
    assert not has_pending_loads(marts)


def add_load(settings: Settings, file_hash: bytes) -> None:
    with connect(settings, "c360_ingest") as conn:
        conn.execute(
            """
            insert into ops.load (source, kind, path, file_hash, size_bytes, landing_day,
                arrival_day, contract_version, rows_in, loaded, duplicate, quarantined, started_at)
            values ('app', 'events', %s, %s, 1, %s, %s, 1, 1, 1, 0, 0, %s)
            """,
            (f"{file_hash.hex()}.jsonl", file_hash, DAY, DAY, RUN_AT),
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("alter table build.left_mart add column extra text", "4 / 5 columns"),
        ("alter table build.left_mart rename column note to remark", "note text / remark text"),
        ("alter table build.left_mart alter column amount type numeric(18, 3)", "numeric(18,3)"),
        ("drop table build.left_mart", "has no build.left_mart"),
    ],
)
def test_a_mart_that_differs_from_its_build_is_refused(
    marts: Settings, change: str, told: str
) -> None:
    build(marts, [(1, "a", 1.50, None)])
    publish_now(marts)
    build(marts, [(2, "a", 1.50, None)])
    with connect(marts, "c360_transform") as conn:
        conn.execute(change)
    before = published(marts)
    with pytest.raises(Fatal, match=r"left_mart.*") as refused:
        publish_now(marts)
    assert told in str(refused.value)
    assert published(marts) == before


def test_columns_in_another_order_are_refused(marts: Settings) -> None:
    with connect(marts, "c360_transform") as conn:
        conn.execute("drop table build.right_mart")
        conn.execute(
            "create table build.right_mart (part text, id bigint, amount numeric(18, 2), note text)"
        )
    with pytest.raises(Fatal, match="right_mart"):
        publish_now(marts)


def test_an_older_day_is_never_published_over_a_newer_one(marts: Settings) -> None:
    build(marts, [])
    publish_now(marts)
    older = date(2026, 11, 20)
    with pytest.raises(Fatal, match="2026-11-21"):
        open_run(marts, run_at=RUN_AT, as_of=older)
    run = open_run(marts, run_at=RUN_AT)
    with connect(marts, LOGIN) as conn:
        conn.execute("update ops.run set as_of = %s where run_id = %s", (older, run.run_id))
    with pytest.raises(Fatal, match="2026-11-21"):
        publish(marts, run.run_id)


def test_a_run_that_a_newer_one_replaced_cannot_publish(marts: Settings) -> None:
    build(marts, [])
    old = open_run(marts, run_at=RUN_AT)
    open_run(marts, run_at=RUN_AT)
    with pytest.raises(Fatal, match="only an open run"):
        publish(marts, old.run_id)


def test_a_publish_that_was_overtaken_changes_nothing(
    marts: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock session dies in the middle and another publish takes the stage."""
    build(marts, [(1, "a", 1.50, None)])

    def overtaken(conn: Connection) -> list[MartTable]:
        with connect(marts, LOGIN, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'c360:lock:publish'"
            )
        with hold_stage(marts, "publish", role="c360_publish", wait_seconds=10):
            pass
        return mart_tables(conn)

    def unfindable(settings: Settings, role: str, *, stage: str) -> Connection:
        return connect(settings, role, stage=f"not {stage}")

    monkeypatch.setattr("warehouse.publish.mart_tables", overtaken)
    monkeypatch.setattr("warehouse.publish.connect", unfindable)
    with pytest.raises(Fatal, match="taken over"):
        publish_now(marts)
    assert published(marts) == []


def test_readers_see_one_version_at_a_time(marts: Settings) -> None:
    """Both marts and the publication always tell of the same publish within one snapshot."""
    build(marts, [(number, "a", 0.0, "0") for number in range(300)])
    publish_now(marts)
    failures: list[str] = []
    reads = 0
    with readers(marts, failures) as count_reads:
        for version in range(1, 9):
            build(marts, [(number, "a", 0.0, str(version)) for number in range(300 + version)])
            publish_now(marts)
            time.sleep(0.02)
        reads = count_reads()
    assert failures == []
    assert reads > 20


@contextmanager
def readers(settings: Settings, failures: list[str]) -> Iterator[object]:
    """Four readers as c360_bi that check one statement's view until the block ends."""
    stop, counts = threading.Event(), [0] * 4
    query = """
        select
            (select array_agg(distinct note) from mart.left_mart),
            (select array_agg(distinct note) from mart.right_mart),
            (select (row_counts ->> 'left_mart')::bigint from mart.publication),
            (select count(*) from mart.left_mart)
    """

    def read(index: int) -> None:
        try:
            with connect(settings, "c360_bi", autocommit=True) as conn:
                while not stop.is_set():
                    left, right, told, found = conn.execute(query).fetchone() or ()
                    if left != right or len(left) != 1 or told != found:
                        failures.append(f"{left} {right} {told} {found}")
                    counts[index] += 1
        except Exception as error:  # noqa: BLE001 - any failure of a reader fails the test
            failures.append(repr(error))

    threads = [threading.Thread(target=read, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(counts)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
