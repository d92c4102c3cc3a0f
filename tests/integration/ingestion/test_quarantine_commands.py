"""`c360 quarantine` as people use it: look, show, fix the contract, replay, discard."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from c360.cli import app

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make


@pytest.fixture
def deployed(landing: "Landing", tmp_path: Path) -> "Landing":
    """The landing folder of a deployment whose configuration the test may change."""
    config = tmp_path / "config"
    shutil.copytree(landing.settings.config_dir, config)
    return replace(landing, settings=replace(landing.settings, config_dir=config))


def run(landing: "Landing", *arguments: str) -> Any:  # noqa: ANN401 - what the command printed
    settings = landing.settings
    environment = {
        "C360_STATE_DIR": str(settings.landing_dir.parent / "state"),
        "C360_LANDING_DIR": str(settings.landing_dir),
        "C360_CONFIG_DIR": str(settings.config_dir),
        "C360_DATABASE_URL": settings.database_url,
    }
    done = CliRunner(env=environment).invoke(app, ["quarantine", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_renamed_field_is_found_fixed_and_replayed(deployed: "Landing", make: "Make") -> None:
    good = make.json_lines([make.order("O1")])
    renamed = make.order("O2")
    renamed["total"] = renamed.pop("total_fen")
    broken = b'{"order_id": "O3"\n'
    path = deployed.write("commerce/orders/a.jsonl", good + make.json_lines([renamed]) + broken)
    load_id = deployed.load(path).load_id

    groups = run(deployed, "list")
    assert [(g["reason_code"], g["field"], g["lines"]) for g in groups] == [
        ("invalid_json", None, 1), ("missing_field", "total_fen", 1)
    ]  # fmt: skip
    assert groups[1]["path"] == "commerce/orders/2026-11-20/a.jsonl"
    assert (groups[1]["first_line"], groups[1]["first_byte_offset"]) == (2, len(good))
    assert groups[1]["hint"]

    shown = run(deployed, "show", str(load_id), "--reason", "missing_field")
    assert [(line["line_number"], line["byte_offset"]) for line in shown] == [(2, len(good))]
    assert "raw" not in shown[0]
    raw = run(deployed, "show", str(load_id), "--reason", "missing_field", "--raw")
    assert json.loads(raw[0]["raw"]) == renamed

    assert run(deployed, "replay", str(load_id))[0]["replayed"] == 0
    fix_contract(deployed.settings.config_dir)
    (replayed,) = run(deployed, "replay", str(load_id))
    assert (replayed["replayed"], replayed["loaded"], replayed["still_open"]) == (1, 1, 1)
    keys = deployed.query("select split_part(source_key, '|', 1) from raw.record order by 1")
    assert keys == [("O1",), ("O2",)]

    discarded = run(deployed, "discard", str(load_id), "--because", "cut off by the sender")
    assert discarded == {"discarded": 1}
    assert run(deployed, "list") == []
    deployed.assert_ledger_holds()


def fix_contract(config_dir: Path) -> None:
    from ingestion.contract import CONTRACTS_DIR  # noqa: PLC0415 - beside its one use

    text = (CONTRACTS_DIR / "commerce__orders.yml").read_text()
    fixed = text.replace("status, total_fen]", "status, [total_fen, total]]")
    assert fixed != text
    folder = config_dir / "contracts"
    folder.mkdir()
    (folder / "commerce__orders.yml").write_text(fixed.replace("version: 1", "version: 2", 1))
