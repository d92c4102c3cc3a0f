import csv
import io
import json
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from tests.unit.sample_data.reading import Sample

HEADER = "product_id,valid_from,sku,name,category,brand,price_fen,cost_fen,stock,on_sale"


def is_readable(name: str, line: bytes) -> bool:
    try:
        text = line.decode("utf-8")
        if ".xml" in name:
            ET.fromstring(text)  # noqa: S314 - our own file
        elif ".csv" in name:
            return "\x00" not in text
        else:
            json.loads(text)
    except (UnicodeDecodeError, ValueError, ET.ParseError):
        return False
    return True


def test_exactly_the_planted_lines_cannot_be_read(sample: Sample):
    unreadable = {"truncated", "bad_utf8", "nul"}
    for name, number, line in sample.lines():
        planted = sample.defects.get((name, number))
        assert is_readable(name, line) == (planted not in unreadable), (name, number, planted)


def test_every_way_to_break_a_line_occurs_but_seldom(sample: Sample):
    kinds = Counter(sample.defects.values())
    broken = {"truncated", "bad_utf8", "nul", "wrong_type", "missing_field"}
    assert broken < set(kinds)
    assert sum(kinds[kind] for kind in broken) < 0.01 * sample.summary.lines


def test_a_broken_line_is_a_copy_of_the_good_line_before_it(sample: Sample):
    before = (b"", "")
    for name, number, line in sample.lines():
        planted = sample.defects.get((name, number))
        if planted == "truncated":
            assert before[0].startswith(line)
        elif planted == "bad_utf8":
            assert before[0] == line.replace(b"\xc3\x28", b"")
        elif planted == "nul":
            assert before[0] == line.replace(b"\x00", b"")
        elif planted in {"missing_field", "wrong_type"}:
            good, bad = json.loads(before[0]), json.loads(line)
            changed = {key for key in good if key not in bad or good[key] != bad[key]}
            assert 1 <= len(changed) <= 2
            assert (changed <= set(bad)) == (planted == "wrong_type")
        before = (line, name)


def test_product_rows_have_the_columns_of_their_header(sample: Sample):
    for name in (n for n in sample.files() if n.endswith(".csv")):
        lines = (sample.root / "landing" / name).read_bytes().splitlines()
        assert lines[0].decode() == HEADER
    rows = [
        next(csv.reader(io.StringIO(line.decode())))
        for name, number, line in sample.lines()
        if name.endswith(".csv") and (name, number) not in sample.defects
    ]
    assert {len(row) for row in rows} == {10}
    assert len({row[0] for row in rows}) == 60
    assert all(int(row[6]) > int(row[7]) > 0 for row in rows)


@pytest.mark.parametrize("kind", ["truncated", "bad_utf8", "nul", "wrong_type", "missing_field"])
def test_a_planted_line_is_no_duplicate_of_itself(sample: Sample, kind: str):
    places = [place for place, planted in sample.defects.items() if planted == kind]
    assert len(places) == len(set(places)) > 0
