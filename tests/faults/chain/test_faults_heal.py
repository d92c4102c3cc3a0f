"""A broken file, a broken contract and a failing gate keep what is published, and heal.

In one file, so that one brand serves them all; its offers are judged again here too.
"""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ingestion import quarantine
from pipeline.chain import open_run, run_stage
from pipeline.ingest import ingest_window
from pipeline.offer_replay import replay_offers
from pipeline.order import STAGE_ORDER
from pipeline.stages import GateClosed
from pipeline.window import Window
from settings import Settings, enabled_sources
from tests.conftest import PROJECT_DIR
from tests.faults.chain.conftest import DAY, Program, day_file, run_day, values_shown
from tests.state import State, differing, mart_state, state
from warehouse.connection import connect

WINDOW = ("--from", str(DAY), "--to", str(DAY))


def assert_blocked(brand: Settings, c360: Program, **environment: str) -> int:
    """`c360 run` stops at the raw gate and says of which loads; gives the refused load."""
    before = mart_state(brand)
    done = c360("run", *WINDOW, **environment)
    assert done.returncode == 1
    (refused,) = {group.load_id for group in quarantine.list_groups(brand) if group.lines > 20}
    assert "gate raw: most_lines_are_readable" in done.stderr
    named = re.search(r"run \d+, loads (\d+) to (\d+)", done.stderr)
    assert named
    assert int(named[1]) <= refused <= int(named[2])
    assert values_shown(brand, done.stdout + done.stderr) == []
    assert mart_state(brand) == before
    return refused


def test_a_corrupted_file_is_stopped_and_the_whole_file_heals(
    brand: Settings, c360: Program, undisturbed: State
):
    path = day_file(brand, "mini_program", "events")
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + whole[half:].replace(b'"', b"\x00"))
    refused = assert_blocked(brand, c360)

    path.write_bytes(whole)
    assert c360("quarantine", "discard", str(refused), "--because", "sent anew").returncode == 0
    run_day(brand)
    assert differing(state(brand), undisturbed) == set()


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_broken_contract_is_stopped_and_its_repair_heals(
    brand: Settings, c360: Program, undisturbed: State, tmp_path: Path
):
    """Somebody asks for a field that the source does not send."""
    code = tmp_path / "code"
    shutil.copytree(PROJECT_DIR / "ingestion", code / "ingestion")
    path = code / "ingestion" / "contracts" / "mini_program__events.yml"
    contract = yaml.safe_load(path.read_text("utf-8"))
    contract["required"].append("session_number")
    path.write_text(yaml.safe_dump(contract), "utf-8")
    refused = assert_blocked(brand, c360, PYTHONPATH=str(code))

    replayed = quarantine.replay(brand, refused, arrival_day=DAY)
    assert replayed.replayed > 100
    run_day(brand)
    assert differing(state(brand), undisturbed) == set()


def test_a_contract_that_is_no_contract_loads_nothing_and_is_named(
    brand: Settings, c360: Program, tmp_path: Path
):
    code = tmp_path / "code"
    shutil.copytree(PROJECT_DIR / "ingestion", code / "ingestion")
    path = code / "ingestion" / "contracts" / "mini_program__events.yml"
    path.write_text(path.read_text("utf-8").replace("source_key:", "sorce_key:"), "utf-8")
    before = mart_state(brand)
    file = day_file(brand, "mini_program", "events")
    done = c360("ingest", str(file), PYTHONPATH=str(code))
    assert done.returncode == 1
    assert "mini_program__events.yml" in done.stderr
    assert "sorce_key" in done.stderr
    assert mart_state(brand) == before
    assert c360("ingest", str(file)).returncode == 0


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


def test_the_second_judge_finds_nothing_in_what_the_brand_may_send(day_before: Settings):
    judged = replay_offers(day_before)
    assert judged.rows >= 5
    assert judged.people > 100
    assert judged.violations == []
