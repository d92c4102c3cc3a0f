"""A small sample, written once."""

from datetime import date

import pytest

from sample_data import write_sample
from tests.unit.sample_data.reading import Sample

LAST_DAY = date(2026, 3, 4)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    root = tmp_path_factory.mktemp("sample")
    summary = write_sample(root, people=400, days=16, seed=7, last_day=LAST_DAY)
    return Sample(root, summary)
