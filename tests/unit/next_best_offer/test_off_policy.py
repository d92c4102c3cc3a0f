import numpy as np
import pytest

from next_best_offer.off_policy import (
    Log,
    RewardModel,
    doubly_robust,
    inverse_propensity,
    paired_gain,
    self_normalised,
)

REWARD = np.array([1.0, 0.0, 1.0, 0.0])
P_LOGGED = np.array([0.5, 0.5, 0.25, 0.25])
P_TARGET = np.array([0.5, 0.25, 0.5, 0.0])
LOG = Log(REWARD, P_LOGGED, P_TARGET)


def test_estimators_give_the_numbers_worked_out_by_hand() -> None:
    # weights 1, .5, 2, 0; weighted rewards 1, 0, 2, 0
    assert inverse_propensity(LOG).value == pytest.approx(0.75)
    assert self_normalised(LOG).value == pytest.approx(3 / 3.5)
    model = RewardModel(np.full(4, 0.5), np.full(4, 0.4))
    # .4 + mean(1 * .5, .5 * -.5, 2 * .5, 0) = .4 + 1.25 / 4
    assert doubly_robust(LOG, model).value == pytest.approx(0.7125)
    assert LOG.effective_size == pytest.approx(3.5**2 / 5.25)


def test_same_policy_earns_what_was_logged_and_gains_nothing() -> None:
    same = Log(REWARD, P_LOGGED, P_LOGGED)
    assert inverse_propensity(same).value == REWARD.mean()
    gain = paired_gain(same, same)
    assert (gain.value, gain.lower, gain.upper) == (0.0, 0.0, 0.0)


def test_paired_gain_is_the_difference_with_a_narrower_interval() -> None:
    chance = np.random.default_rng(3)
    reward = (chance.random(4_000) < 0.3).astype(float)
    logged = np.full(4_000, 0.25)
    ours = Log(reward, logged, chance.uniform(0.2, 0.4, 4_000))
    theirs = Log(reward, logged, ours.p_target - 0.05)
    gain = paired_gain(ours, theirs)
    difference = inverse_propensity(ours).value - inverse_propensity(theirs).value
    assert gain.value == pytest.approx(difference)
    assert gain.width < inverse_propensity(ours).width


def test_doubly_robust_is_right_when_only_the_model_is() -> None:
    chance = np.random.default_rng(4)
    rate = chance.uniform(0.1, 0.6, 20_000)
    reward = (chance.random(20_000) < rate).astype(float)
    # Probabilities that were never the real ones: weights are wrong, the model is not.
    wrong = Log(reward, np.full(20_000, 0.5), chance.choice([0.2, 0.8], 20_000))
    estimate = doubly_robust(wrong, RewardModel(rate, rate))
    assert estimate.lower <= rate.mean() <= estimate.upper


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.5])
def test_log_without_a_real_probability_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        Log(np.ones(1), np.array([bad]), np.ones(1))


def test_columns_of_different_length_and_different_logs_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        Log(np.ones(2), np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="same log"):
        paired_gain(LOG, Log(1 - REWARD, P_LOGGED, P_TARGET))
    with pytest.raises(ValueError, match="no logged action"):
        self_normalised(Log(REWARD, P_LOGGED, np.zeros(4)))
    with pytest.raises(ValueError, match="two units"):
        inverse_propensity(Log(np.ones(1), np.ones(1), np.ones(1)))
