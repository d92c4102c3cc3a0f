import numpy as np
import pytest

from next_best_offer.uplift import lift, people_needed, qini


def test_lift_is_the_difference_of_rates_with_its_interval() -> None:
    found = lift(120, 1_000, 100, 1_000)
    assert found.value == pytest.approx(0.02)
    half = 1.959964 * np.sqrt(0.12 * 0.88 / 1_000 + 0.1 * 0.9 / 1_000)
    assert found.upper - found.value == pytest.approx(half, rel=1e-6)
    with pytest.raises(ValueError, match="both arms"):
        lift(1, 10, 0, 0)


def test_qini_of_four_people_is_what_is_counted_by_hand() -> None:
    score = np.array([4.0, 3.0, 2.0, 1.0])
    is_treated = np.array([True, False, True, False])
    is_converted = np.array([True, False, False, True])
    curve = qini(score, is_treated, is_converted)
    # After 4 people: 1 won, 1 of 2 untreated converted anyway: 1 - 1 * 2 / 2 = 0.
    assert curve.share.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve.incremental.tolist() == [0, 250, 250, 250, 0]


def test_qini_of_one_score_for_all_has_no_area_and_order_does_not_matter() -> None:
    chance = np.random.default_rng(2)
    is_treated = chance.random(500) < 0.5
    is_converted = chance.random(500) < 0.2
    assert qini(np.ones(500), is_treated, is_converted).area == pytest.approx(0)
    score = chance.integers(0, 10, 500).astype(float)
    order = chance.permutation(500)
    before = qini(score, is_treated, is_converted)
    after = qini(score[order], is_treated[order], is_converted[order])
    assert before.incremental == pytest.approx(after.incremental)


def test_score_that_knows_who_is_persuaded_has_a_larger_area() -> None:
    chance = np.random.default_rng(3)
    effect = chance.random(20_000) * 0.4
    is_treated = chance.random(20_000) < 0.5
    is_converted = chance.random(20_000) < 0.1 + effect * is_treated
    assert qini(effect, is_treated, is_converted).area > 10
    assert qini(-effect, is_treated, is_converted).area < -10


@pytest.mark.parametrize(
    ("rate", "rate_with", "needed"), [(0.10, 0.11, 14_749), (0.02, 0.024, 21_106)]
)
def test_people_needed_for_eighty_percent_power(rate: float, rate_with: float, needed: int) -> None:
    assert people_needed(rate, rate_with) == needed
    with pytest.raises(ValueError, match="different rates"):
        people_needed(rate, rate)
