import numpy as np
import pytest

from next_best_offer.propensity import calibrate, fit
from next_best_offer.reliability import (
    area_under_curve,
    calibration_error,
    drift,
    reliability,
)

NAMES = ["recency", "constant", "redemptions"]


def people(count: int = 20_000, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(11)
    features = np.column_stack(
        [chance.normal(5, 2, count), np.ones(count), chance.gamma(2, 1, count)]
    )
    odds = -3 + shift - 0.4 * (features[:, 0] - 5) + 0.8 * features[:, 2]
    rate = 1 / (1 + np.exp(-odds))
    return features, chance.random(count) < rate, rate


def test_model_finds_the_coefficients_people_were_made_with() -> None:
    features, happened, rate = people()
    model = fit(NAMES, features, happened)
    by_name = {c.feature: c.coefficient / c.scale for c in model.coefficients}
    assert by_name["recency"] == pytest.approx(-0.4, abs=0.05)
    assert by_name["redemptions"] == pytest.approx(0.8, abs=0.05)
    assert by_name["constant"] == 0
    assert model.score(features) == pytest.approx(rate, abs=0.05)


def test_saved_numbers_are_the_whole_model() -> None:
    features, happened, _ = people(2_000)
    model = fit(NAMES, features, happened)
    by_hand = model.intercept + sum(
        c.coefficient * (features[:, i] - c.centre) / c.scale
        for i, c in enumerate(model.coefficients)
    )
    assert model.score(features) == pytest.approx(1 / (1 + np.exp(-by_hand)))
    assert all(round(c.coefficient, 6) == c.coefficient for c in model.coefficients)


def test_calibration_follows_a_new_level_and_keeps_the_order() -> None:
    model = fit(NAMES, *people()[:2])
    features, happened, _ = people(shift=1.5)
    before, after = model.score(features), calibrate(model, features, happened).score(features)
    assert after.mean() == pytest.approx(happened.mean(), rel=0.02)
    assert calibration_error(reliability(after, happened)) < calibration_error(
        reliability(before, happened)
    )
    assert area_under_curve(after, happened) == pytest.approx(area_under_curve(before, happened))
    assert calibrate(model, features, np.zeros(len(features), bool)) == model


def test_more_ridge_means_smaller_coefficients() -> None:
    features, happened, _ = people(3_000)
    sizes = [
        sum(abs(c.coefficient) for c in fit(NAMES, features, happened, ridge).coefficients)
        for ridge in (0.1, 10, 1_000)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_too_few_responses_and_missing_values_are_refused() -> None:
    features, happened, _ = people(1_000)
    with pytest.raises(ValueError, match="3 responses"):
        fit(NAMES, features, np.arange(1_000) < 3)
    features[0, 0] = np.nan
    with pytest.raises(ValueError, match="stated value"):
        fit(NAMES, features, happened)


def test_reliability_counts_everybody_once() -> None:
    predicted = np.array([0.1, 0.1, 0.2, 0.9])
    happened = np.array([False, False, True, True])
    table = reliability(predicted, happened, bins=2)
    assert sum(row.people for row in table) == 4
    assert sum(row.people * row.rate for row in table) == happened.sum()
    assert sum(row.people * row.mean_predicted for row in table) == pytest.approx(1.3)


def test_area_under_curve_counts_ties_half() -> None:
    happened = np.array([True, False, True, False])
    assert area_under_curve(np.array([2.0, 1.0, 1.0, 0.0]), happened) == 0.875
    assert area_under_curve(np.ones(4), happened) == 0.5
    with pytest.raises(ValueError, match="nobody"):
        area_under_curve(np.ones(4), np.zeros(4, bool))


def test_drift_is_zero_for_the_same_people_and_large_for_others() -> None:
    chance = np.random.default_rng(1)
    before = chance.normal(size=5_000)
    assert drift(before, before) == 0
    assert drift(before, chance.normal(size=5_000)) < 0.02
    assert drift(before, before + 1) > 0.2
