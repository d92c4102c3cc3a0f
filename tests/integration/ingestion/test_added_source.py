"""A new source of a format that is known is a YAML file, and nothing else."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingestion.window import load_window
from pipeline.ingest import ingest_window
from pipeline.maintenance import ensure_partitions, expire_raw
from pipeline.sources import loaded_sources, sources_without
from pipeline.window import Window
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal

DAY = date(2026, 11, 20)
KIOSK = """
source: {source}
kind: visits
version: 1
format: jsonl
load_mode: event
source_key: [visit_id]
event_time: {{path: at, unit: iso8601}}
identifiers:
  - {{namespace: member_id, path: member, strength: 1}}
required: [visit_id, at]
link_basis: consent
retention_days: 30
horizon_days: 30
"""


@pytest.fixture
def deployment(warehouse_settings: Settings, tmp_path: Path) -> Settings:
    """The sample brand's configuration, with room for contracts of its own."""
    config = tmp_path / "config"
    shutil.copytree(warehouse_settings.config_dir, config)
    (config / "contracts").mkdir(exist_ok=True)
    return replace(warehouse_settings, config_dir=config)


def add(settings: Settings, source: str) -> None:
    path = settings.config_dir / "contracts" / f"{source}__visits.yml"
    path.write_text(KIOSK.format(source=source))


def land(settings: Settings, source: str, content: str) -> None:
    folder = settings.landing_dir / source / "visits" / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(content)


def test_a_contract_alone_makes_a_source(deployment: Settings) -> None:
    add(deployment, "kiosk")
    assert loaded_sources(deployment) == (
        "app", "commerce", "kiosk", "mini_program", "official_account", "web",
    )  # fmt: skip
    land(
        deployment, "kiosk", '{"visit_id": "v1", "at": "2026-11-20T10:00:00", "member": "M1"}\n{}\n'
    )
    counts = ingest_window(deployment, "kiosk", Window(DAY, DAY))
    assert (counts["loaded"], counts["quarantined"]) == (1, 1)
    with connect(deployment, "") as conn:
        rows = conn.execute("select tableoid::regclass::text, source_key from raw.record")
        assert rows.fetchall() == [("raw.kiosk_202611", "v1")]
        names = conn.execute("select namespace, value from identity.identifier").fetchall()
        assert names == [("member_id", "M1")]
    assert ensure_partitions(deployment, date(2027, 1, 1))["months"] == 12
    assert expire_raw(deployment, date(2027, 1, 1)) == {"kiosk/visits": 1}
    with connect(deployment, "") as conn:
        later = "select loaded - superseded - erased - expired from ops.load"
        assert conn.execute(later).fetchall() == [(0,)]


def test_a_deployment_may_replace_a_shipped_contract(deployment: Settings) -> None:
    shipped = deployment.project_dir / "ingestion" / "contracts" / "commerce__tiers.yml"
    own = shipped.read_text().replace("required: [member_id, changed_at, to_tier]", "required: []")
    (deployment.config_dir / "contracts" / shipped.name).write_text(own)
    folder = deployment.landing_dir / "commerce" / "tiers" / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text('{"member_id": "M1", "changed_at": "2026-11-20T10:00:00"}\n')
    assert load_window(deployment, "commerce", DAY, DAY, arrival_day=DAY).loaded == 1


def test_a_source_cannot_take_the_place_of_another_table(deployment: Settings) -> None:
    add(deployment, "record")
    land(deployment, "record", '{"visit_id": "v1", "at": "2026-11-20T10:00:00"}\n')
    with pytest.raises(Fatal):
        ingest_window(deployment, "record", Window(DAY, DAY))


def test_a_source_that_is_off_is_not_loaded(deployment: Settings) -> None:
    add(deployment, "kiosk")
    path = deployment.config_dir / "sources.yml"
    path.write_text(path.read_text() + "  kiosk: {enabled: false}\n")
    assert "kiosk" not in loaded_sources(deployment)


def test_a_source_without_a_file_of_its_own_gets_its_dag_from_the_common_one(
    deployment: Settings,
) -> None:
    add(deployment, "kiosk")
    beside = str(deployment.project_dir / "dags" / "ingest_others.py")
    assert sources_without(deployment, beside, "ingest_{}.py") == ("kiosk",)
