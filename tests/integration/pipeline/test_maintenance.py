"""Upkeep keeps the ledger's law: present = loaded − superseded − erased − expired."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from psycopg import Connection

from pipeline.maintenance import check_freshness, ensure_partitions, expire_raw, vacuum
from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal

TODAY = date(2026, 11, 22)


@pytest.fixture
def conn(warehouse_settings: Settings) -> Iterator[Connection]:
    with connect(warehouse_settings, LOGIN, autocommit=True) as conn:
        yield conn


def load(conn: Connection, kind: str, ages_days: list[int]) -> int:
    """A load of web rows of these ages, written as the loader would."""
    row = conn.execute(
        """
        insert into ops.load (
            source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
            rows_in, loaded, duplicate, quarantined, started_at
        ) values ('web', %s, %s, sha256(%s::bytea), 1, %s, %s, 1, %s, %s, 0, 0, now())
        returning load_id
        """,
        (kind, kind, kind, TODAY, TODAY, len(ages_days), len(ages_days)),
    ).fetchone()
    assert row
    for age in ages_days:
        day = TODAY - timedelta(days=age)
        conn.execute(
            """
            insert into raw.record (source, kind, source_key, content_hash, event_at, event_day,
                occurred_at, body, _load_id, _line_number)
            values ('web', %s, %s, gen_random_uuid(), %s, %s, %s, '{}', %s, 1)
            """,
            (kind, str(age), day, day, day, row[0]),
        )
    return int(row[0])


def test_rows_past_their_retention_go_and_the_ledger_counts_them(
    warehouse_settings: Settings, conn: Connection
):
    load_id = load(conn, "oauth_logins", [1, 399, 401, 900])
    assert expire_raw(warehouse_settings, TODAY) == {"web/oauth_logins": 2}
    counts = conn.execute(
        """
        select loaded, expired, (select count(*) from raw.record where _load_id = load_id)
        from ops.load where load_id = %s
        """,
        (load_id,),
    ).fetchone()
    assert counts == (4, 2, 2)


def test_expiring_again_removes_nothing_more(warehouse_settings: Settings, conn: Connection):
    load(conn, "oauth_logins", [900])
    expire_raw(warehouse_settings, TODAY)
    assert expire_raw(warehouse_settings, TODAY) == {}
    assert conn.execute("select sum(expired) from ops.load").fetchone() == (1,)


def test_the_coming_month_has_its_partitions(warehouse_settings: Settings, conn: Connection):
    assert ensure_partitions(warehouse_settings, TODAY) == {"months": 10}
    made = conn.execute("select to_regclass('raw.web_202611'), to_regclass('raw.app_202612')")
    row = made.fetchone()
    assert row
    assert None not in row


def test_tables_that_changed_are_vacuumed_and_analysed(
    warehouse_settings: Settings, conn: Connection
):
    conn.execute("""
        insert into ops.empty_day (source, day, manifest_path)
        select 'web', day, ''
        from generate_series('2020-01-01', '2021-01-01', '1 day'::interval) as day
    """)
    conn.execute("select pg_stat_force_next_flush()")
    assert vacuum(warehouse_settings)["tables"] >= 1
    seen = conn.execute(
        "select last_vacuum is not null and last_analyze is not null"
        " from pg_stat_user_tables where schemaname = 'ops' and relname = 'empty_day'"
    ).fetchone()
    assert seen == (True,)
    assert vacuum(warehouse_settings)["tables"] == 0


def test_sources_are_fresh_then_late_then_stale(warehouse_settings: Settings, conn: Connection):
    assert check_freshness(warehouse_settings) == {}
    load(conn, "oauth_logins", [1])
    assert check_freshness(warehouse_settings) == {"pass": 1}
    conn.execute("update ops.load set started_at = now() - interval '40 hours'")
    assert check_freshness(warehouse_settings) == {"warn": 1}
    conn.execute("update ops.load set started_at = now() - interval '80 hours'")
    with pytest.raises(Fatal, match="nothing was loaded for days"):
        check_freshness(warehouse_settings)
