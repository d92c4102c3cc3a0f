"""A gate that fails keeps what is published; running everything again changes nothing."""

import shutil
from datetime import UTC, datetime

import pytest

from pipeline.chain import open_run, run_stage
from pipeline.ingest import ingest_window
from pipeline.order import STAGE_ORDER
from pipeline.stages import GateClosed
from pipeline.window import Window
from settings import Settings, enabled_sources
from tests.faults.chain.conftest import DAY, Program, day_file, run_day, values_shown
from tests.state import State, differing, mart_state, state
from warehouse.connection import connect

WINDOW = ("--from", str(DAY), "--to", str(DAY))


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_failing_gate_publishes_nothing_and_the_next_run_heals(
    brand: Settings, undisturbed: State
):
    """A model goes wrong by one fen after the layers are built."""
    before = mart_state(brand)
    for source in enabled_sources(brand.config_dir):
        ingest_window(brand, source, Window(DAY, DAY))
    run = open_run(brand, datetime(2026, 11, 21, tzinfo=UTC))
    assert run
    for stage in STAGE_ORDER[: STAGE_ORDER.index("check_publish")]:
        run_stage(brand, run["run_id"], stage)
    with connect(brand, "c360_transform") as conn:
        conn.execute("update build.portrait set value_net_total_fen = value_net_total_fen + 1")
    with pytest.raises(GateClosed) as closed:
        run_stage(brand, run["run_id"], "check_publish")
    message = str(closed.value)
    assert "gate publish: portraits_add_up_to_the_fen" in message
    with connect(brand, "c360_publish") as conn:
        loads = conn.execute(
            "select min(load_id), max(load_id) from ops.run_load where run_id = %s",
            (run["run_id"],),
        ).fetchone()
        status = conn.execute(
            "select status, reason from ops.run where run_id = %s", (run["run_id"],)
        ).fetchone()
    assert loads
    assert f"(run {run['run_id']}, loads {loads[0]} to {loads[1]})" in message
    assert status == ("blocked", message)
    assert values_shown(brand, message) == []
    assert mart_state(brand) == before

    run_day(brand)
    assert differing(state(brand), undisturbed) == set()


def test_a_full_rerun_changes_nothing(brand: Settings, c360: Program, undisturbed: State):
    """Once more the same command, then every file of the day under another name."""
    run_day(brand)
    assert differing(state(brand), undisturbed) == set()
    published = mart_state(brand)
    again = c360("run", *WINDOW)
    assert (again.returncode, again.stdout.strip()) == (
        0,
        "nothing to do: no load is pending",
    )
    assert mart_state(brand) == published

    orders = day_file(brand, "commerce", "orders")
    shutil.copy(orders, orders.with_name("sent-again.jsonl"))
    counts = ingest_window(brand, "commerce", Window(DAY, DAY))
    assert counts["files"] == 1
    assert counts["rows_in"] == counts["duplicate"] > 0
    assert differing(state(brand), undisturbed) == set()
