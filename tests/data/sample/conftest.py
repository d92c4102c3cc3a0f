"""The default sample, written once, with what writing it took."""

import time
from dataclasses import dataclass
from datetime import date

import pytest

from sample_data import write_sample
from tests.unit.sample_data.reading import Sample


@dataclass
class Written:
    sample: Sample
    cpu_seconds: float
    progress: list[tuple[str, int, int]]


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("default")
    progress: list[tuple[str, int, int]] = []
    started = time.process_time()
    summary = write_sample(
        root,
        people=5_000,
        days=30,
        seed=1,
        last_day=date(2026, 11, 21),
        progress=lambda *step: progress.append(step),
    )
    return Written(Sample(root, summary), time.process_time() - started, progress)
