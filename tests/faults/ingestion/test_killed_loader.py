"""The loader dies by SIGKILL at every named point; running it again heals everything."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from warehouse.connection import connect
from warehouse.faults import VARIABLE

POINTS = [
    "ingest_after_open",
    "ingest_after_copy",
    "ingest_after_insert",
    "ingest_before_commit",
    "ingest_after_commit",
]

PROGRAM = """
import sys
from datetime import date
from ingestion.window import load_window
from settings import load_settings
day = date(2026, 11, 20)
load_window(load_settings(), "app", day, day, arrival_day=date(2026, 11, 21))
"""

# Everything but clocks, and numbers that only say in which order things were made.
STATE = """
select 'record', r.source_key, r.content_hash::text, r.body::text, r._line_number::text, l.path,
    (select string_agg(i.namespace || ':' || i.value, ' ' order by i.namespace, i.value)
        from identity.identifier_set as s
        inner join identity.identifier as i on i.identifier_id = any(s.identifier_ids)
        where s.identifier_set_id = r.identifier_set_id)
from raw.record as r inner join ops.load as l on l.load_id = r._load_id
union all
select 'load', path, file_hash::text, rows_in::text, loaded::text, duplicate::text,
    quarantined::text from ops.load
union all
select 'quarantine', line_number::text, byte_offset::text, reason_code, field, raw::text, status
from ops.quarantine
union all
select 'identifier', namespace, scope, value, arrival_day::text, status, null
from identity.identifier
order by 1, 2, 3, 4
"""


def event(number: int) -> bytes:
    record = {
        "type": "track", "event": "Product Viewed", "messageId": f"m{number}",
        "anonymousId": f"install-{number % 7}", "timestamp": "2026-11-20T01:05:00.000Z",
        "properties": {"n": number},
    }  # fmt: skip
    return json.dumps(record).encode() + b"\n"


def write_landing(landing_dir: Path) -> None:
    folder = landing_dir / "app" / "events" / "2026-11-20"
    folder.mkdir(parents=True)
    for part in range(3):
        lines = [event(n) for n in range(part * 40, part * 40 + 60)]
        (folder / f"{part}.jsonl").write_bytes(b"".join(lines) + b"{broken\n")


def run_loader(settings: Settings, fault_point: str | None) -> int:
    environment = {
        **os.environ,
        "C360_STATE_DIR": str(settings.state_dir),
        "C360_DATABASE_URL": settings.database_url,
        "C360_LANDING_DIR": str(settings.landing_dir),
        "PYTHONPATH": str(settings.project_dir),
    }
    environment.pop(VARIABLE, None)
    if fault_point:
        environment[VARIABLE] = fault_point
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=False)
    return done.returncode


def state(settings: Settings) -> list[tuple[Any, ...]]:
    with connect(settings, "") as conn:
        return conn.execute(STATE).fetchall()


@pytest.fixture
def quiet_state(warehouse_settings: Settings, tmp_path: Path) -> list[tuple[Any, ...]]:
    """What an undisturbed run leaves; its database is emptied again for the disturbed one."""
    settings = replace(warehouse_settings, landing_dir=tmp_path / "quiet")
    write_landing(settings.landing_dir)
    assert run_loader(settings, None) == 0
    found = state(settings)
    with connect(settings, "", autocommit=True) as conn:
        conn.execute("""
            truncate raw.record, identity.observation, ops.unknown_field, ops.quarantine,
                ops.run_load, ops.load, identity.identifier_set, identity.identifier
        """)
    return found


def test_killed_at_every_point_the_loader_leaves_whole_files_and_a_rerun_heals(
    warehouse_settings: Settings, quiet_state: list[tuple[Any, ...]]
) -> None:
    write_landing(warehouse_settings.landing_dir)
    for point in POINTS:
        assert run_loader(warehouse_settings, point) == -signal.SIGKILL
        left = state(warehouse_settings)
        whole_files = {row[1] for row in left if row[0] == "load"}
        assert len(whole_files) == (1 if point == "ingest_after_commit" else 0), point
        assert {row[5] for row in left if row[0] == "record"} == whole_files, point
    assert run_loader(warehouse_settings, None) == 0
    assert state(warehouse_settings) == quiet_state
