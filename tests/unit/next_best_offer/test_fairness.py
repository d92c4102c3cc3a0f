"""Discounts are compared group by group, and only what is large and sure raises an alarm."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from next_best_offer.fairness import SMALLEST_GROUP, Depths, compare

RNG = np.random.default_rng(3)


def depths(values: np.ndarray) -> Depths:
    return Depths(len(values), float(values.sum()), float((values**2).sum()))


def test_the_interval_is_the_one_of_welch():
    ios, android = RNG.gamma(2, 300, 400), RNG.gamma(3, 250, 90)
    found = compare({"ios": depths(ios), "android": depths(android)})[0]
    wanted = ttest_ind(ios, android, equal_var=False).confidence_interval(0.95)
    assert (found.lower, found.upper) == pytest.approx((wanted.low, wanted.high))
    assert found.ratio == pytest.approx(ios.mean() / android.mean())


@pytest.mark.parametrize(
    ("mean", "is_alarming"),
    [(500, False), (590, False), (650, True), (350, True)],
    ids=["equal", "surely different but within a fifth", "more", "less"],
)
def test_an_alarm_needs_a_large_and_sure_difference(mean: int, is_alarming: bool):  # noqa: FBT001
    spread = np.tile([-10.0, 10.0], 200)
    found = compare({"ios": depths(mean + spread), "android": depths(500 + spread)})
    assert found[0].is_alarming is is_alarming


def test_a_large_difference_by_chance_is_no_alarm():
    few = np.zeros(SMALLEST_GROUP)
    few[0] = 9_000
    found = compare({"high": depths(few), "low": depths(np.tile([0.0, 200.0], 500))})
    assert found[0].ratio == pytest.approx(3)
    assert not found[0].is_alarming


def test_a_group_too_small_is_left_out_and_everybody_alike_has_no_width():
    alike = depths(np.full(SMALLEST_GROUP, 5.0))
    found = compare({"a": alike, "b": alike, "c": depths(np.full(SMALLEST_GROUP - 1, 90.0))})
    assert [finding.group for finding in found] == ["a", "b"]
    assert compare({"a": alike, "b": alike})[0][4:6] == (0, 0)
    assert compare({}) == []
