"""The converter of the real shop, which is a script of the benchmarks."""

import importlib.util
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from settings import Settings

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def converter() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "online_retail", PROJECT / "benchmarks" / "online_retail.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shop(warehouse_settings: Settings, tmp_path: Path) -> Settings:
    """A deployment in which commerce is the only source."""
    return as_shop(warehouse_settings, tmp_path)


WAIVERS = """
version: 1
waivers:
  - {expectation: volume_is_not_a_fraction_of_history, last_day: 2012-01-01, because: real swings}
  - {expectation: volume_is_not_a_multiple_of_history, last_day: 2012-01-01, because: real swings}
"""


def as_shop(settings: Settings, folder: Path) -> Settings:
    """Commerce only; the shop's own swings, up to its Christmas trade, pass the volume gate."""
    config = folder / "config"
    shutil.copytree(settings.config_dir, config)
    config.joinpath("sources.yml").write_text(
        "version: 1\nsources:\n  commerce: {enabled: true}\n", "utf-8"
    )
    config.joinpath("gates.yml").write_text(WAIVERS, "utf-8")
    return replace(settings, config_dir=config)
