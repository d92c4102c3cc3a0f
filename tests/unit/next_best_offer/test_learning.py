"""A model is used only if it surely knows more than the plain rate, among people it never saw."""

import numpy as np
import pytest
from scipy.special import expit

from next_best_offer.learning import FEATURES, Past, learn


def past(strength: float, people: int = 6_000, months: int = 3, seed: int = 1) -> Past:
    """People of whom one feature tells who orders, as strongly as asked."""
    rng = np.random.default_rng(seed)
    features = rng.poisson(2, (people, len(FEATURES))).astype(float)
    odds = -2 + strength * (features[:, 0] - 2)
    return Past(
        rng.integers(0, months, people), rng.integers(0, 2, people), features,
        rng.random(people) < expit(odds),
    )  # fmt: skip


def test_a_model_that_knows_something_is_open_and_calibrated():
    learnt = learn(past(1.0))
    assert learnt.is_open
    assert learnt.area_under_curve > 0.7
    rate = sum(row.people * row.rate for row in learnt.reliability) / learnt.gain.units
    assert learnt.mean_predicted == pytest.approx(rate, rel=0.15)


def test_a_model_that_knows_nothing_is_closed():
    assert not learn(past(0.0)).is_open


def test_the_newest_month_is_not_trained_on():
    """What only the newest month shows cannot be learnt."""
    told = past(0.0)
    told.happened[told.month == 2] = told.features[told.month == 2, 0] > 2
    assert abs(learn(told).model.coefficients[0].coefficient) < 0.5


@pytest.mark.parametrize(
    "less", [past(1.0, people=200), past(1.0, months=1)], ids=["few", "one month"]
)
def test_too_little_is_refused(less: Past):
    with pytest.raises(ValueError, match="model needs"):
        learn(less)
