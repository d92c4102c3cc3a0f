"""Audiences as the tools of the receivers take them, and as no spreadsheet runs them."""

from pathlib import Path

import pytest

from c360.audience_files import WECHAT_BATCH, neutral, write_audience
from warehouse.audiences import Audience, Member


def test_wechat_gets_batches_of_fifty(tmp_path: Path):
    members = [Member(f"p_{n}", f"o{n}", "wx", None, 1.0, "x") for n in range(120)]
    write_audience(Audience(members, set(), []), tmp_path / "tags", "wechat-tags")
    lines = (tmp_path / "tags").read_text().splitlines()
    assert [line.count('"o') - 1 for line in lines] == [WECHAT_BATCH, WECHAT_BATCH, 20]


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@x", "\t=1"])
def test_no_cell_is_a_formula(cell: str):
    assert neutral(cell) == f"'{cell}"
