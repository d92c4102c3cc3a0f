"""`mart` has one definition, dbt's contracts: the migrations leave nothing to draft."""

import shutil
from pathlib import Path

from pipeline.transform import write_manifest
from settings import Settings
from warehouse.draft import draft
from warehouse.mart_contract import read_contracts
from warehouse.migrate import MIGRATIONS_DIR


def test_migrations_and_contracts_agree(warehouse_settings: Settings, tmp_path: Path) -> None:
    """In name, order, type, nullability, key and comment of every column."""
    directory = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS_DIR, directory)
    manifest = write_manifest(warehouse_settings)
    drafted = draft(warehouse_settings, manifest, "marts", directory)
    assert drafted is None, drafted.read_text(encoding="utf-8")
    assert all(column.comment for mart in read_contracts(manifest) for column in mart.columns)
