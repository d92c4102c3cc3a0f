"""Staging is made once for each state of the project, and again when something of it is missing."""

from datetime import UTC, date, datetime

from pipeline.transform import build_layer
from settings import Settings
from warehouse.connection import connect
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
