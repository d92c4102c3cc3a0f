"""The documentation of the dbt project is one page, made from a real database."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.documentation import write_documentation
from pipeline.transform import build_layer
from settings import Settings
from warehouse.runs import open_run


@pytest.mark.nightly
def test_the_page_shows_models_columns_and_metrics(warehouse_settings: Settings, tmp_path: Path):
    run = open_run(
        warehouse_settings, run_at=datetime(2026, 11, 21, tzinfo=UTC), as_of=date(2026, 11, 20)
    )
    build_layer(warehouse_settings, run, "staging")
    page = write_documentation(warehouse_settings, tmp_path / "reports" / "docs.html")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    for said in (
        "portrait_snapshot",
        "Stored value left, gifts included, fen",
        "int_actor_profile",
    ):
        assert said in text
