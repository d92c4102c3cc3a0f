"""The converter of the real shop, which is a script of the benchmarks."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

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
