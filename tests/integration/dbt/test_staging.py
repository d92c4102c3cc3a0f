"""Staging is made once for each state of the project, and again when something of it is missing."""

from datetime import UTC, date, datetime

import pytest

from pipeline.transform import DbtResult, build_layer
from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.runs import open_run

DAY = date(2026, 11, 20)


def test_staging_is_made_again_only_when_it_is_not_what_was_made(warehouse_settings: Settings):
    run = open_run(warehouse_settings, run_at=datetime(2026, 11, 21, tzinfo=UTC), as_of=DAY)
    made = build_layer(warehouse_settings, run, "staging")["nodes"]
    assert made > 20
    assert build_layer(warehouse_settings, run, "staging")["nodes"] == 0
    with connect(warehouse_settings, "c360_transform") as conn:
        conn.execute("drop view staging.stg_app__logins")
    assert build_layer(warehouse_settings, run, "staging")["nodes"] == made
    assert build_layer(warehouse_settings, run, "staging")["nodes"] == 0


def test_facts_are_made_anew_for_another_project_and_after_an_erasure(
    warehouse_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    is_anew: list[bool] = []

    def build(_: Settings, command: list[str], __: dict[str, str]) -> DbtResult:
        is_anew.append("--full-refresh" in command)
        return DbtResult({}, {}, {}, {})

    monkeypatch.setattr("pipeline.transform.run_dbt", build)
    run = open_run(warehouse_settings, run_at=datetime(2026, 11, 21, tzinfo=UTC), as_of=DAY)
    build_layer(warehouse_settings, run, "marts")
    build_layer(warehouse_settings, run, "marts")
    with connect(warehouse_settings, LOGIN) as conn:
        conn.execute(
            "insert into identity.profile_event (run_id, at, kind, from_profile_id, because)"
            " values (0, now(), 'erased', 'p_1', 'asked for')"
        )
    build_layer(warehouse_settings, run, "marts")
    with connect(warehouse_settings, LOGIN) as conn:
        conn.execute("update ops.run set status = 'published'")
    build_layer(warehouse_settings, run, "marts")
    assert is_anew == [True, False, True, False]
