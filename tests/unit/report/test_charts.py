"""Plots are plain SVG: whole, escaped, and true to their numbers."""

import re

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from c360.report import charts

NUMBERS = st.floats(0, 1e9, allow_nan=False)
LABELS = st.text(st.characters(exclude_categories=["C"]), max_size=9)
HOSTILE = '"><script>alert(1)</script>&'
SVG = "{http://www.w3.org/2000/svg}"


def rectangles(svg: str) -> list[dict[str, str]]:
    return [element.attrib for element in fromstring(svg).iter("rect")]


@given(st.dictionaries(LABELS, NUMBERS, max_size=30))
def test_any_numbers_make_a_well_formed_plot_inside_its_frame(counts: dict[str, float]) -> None:
    for svg in (charts.bars("t", counts), charts.steps("t", dict(sorted(counts.items())))):
        for rectangle in rectangles(svg):
            assert float(rectangle["height"]) >= 0
            assert 0 <= float(rectangle["y"]) <= charts.HEIGHT


def test_bars_are_as_high_as_their_numbers() -> None:
    heights = [float(r["height"]) for r in rectangles(charts.bars("t", {"a": 10, "b": 20}))]
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)


def test_a_stack_is_as_high_as_its_sum_and_leaves_out_nothing_parts() -> None:
    svg = charts.stacked_bars("t", ["d1", "d2"], {"x": [30, 0], "y": [10, 40]})
    drawn = rectangles(svg)
    assert [r["class"] for r in drawn] == ["c0", "c1", "c1"]
    stacked = sum(float(r["height"]) for r in drawn[:2])
    assert stacked == pytest.approx(float(drawn[2]["height"]), rel=0.01)


def test_a_missing_rate_makes_a_shorter_line() -> None:
    svg = charts.lines("t", ["1", "7", "30"], {"app": [0.5, 0.2, None], "web": [0.1, 0.1, 0.1]})
    assert [len(points.split()) for points in re.findall(r'points="([^"]*)"', svg)] == [2, 3]


def test_a_step_says_its_share_of_the_step_before() -> None:
    assert "25 · 25%" in charts.steps("t", {"one": 100, "two": 25})


def test_hostile_labels_are_escaped() -> None:
    plots = [
        charts.bars(HOSTILE, {HOSTILE: 1}),
        charts.steps(HOSTILE, {HOSTILE: 1}),
        charts.stacked_bars(HOSTILE, [HOSTILE], {HOSTILE: [1]}),
        charts.lines(HOSTILE, [HOSTILE, "b"], {HOSTILE: [0.1, 0.2]}),
    ]
    for svg in plots:
        assert "<script" not in svg
        fromstring(svg)
