"""Findings: worked out by hand, and telling what is there from what is not."""

import numpy as np
import pytest

from next_best_offer.evaluation import added_conversions, drift_by_column
from next_best_offer.off_policy import Log, doubly_robust, inverse_propensity
from next_best_offer.reward_model import PRIOR_DECISIONS, by_offer
from next_best_offer.uplift import lift

CHANCE = np.random.default_rng(11)


def test_an_offers_mean_is_of_the_other_half_and_shrunk() -> None:
    offer = np.array(["a", "a", "b", "a"])
    policy = np.array(["a", "b", "b", "c"])
    reward = np.array([10.0, 0.0, 4.0, 2.0])
    fold = np.array([0, 0, 1, 1])
    model = by_offer(offer, policy, reward, fold)
    # For the first half: b earned 4 once and a 2 once, mean 3. For the other: a earned 10 twice.
    a, b = (2 + PRIOR_DECISIONS * 3) / 21, (4 + PRIOR_DECISIONS * 3) / 21
    assert model.logged_action.tolist() == pytest.approx([a, a, 5, (10 + 100) / 22])
    assert model.target_policy.tolist() == pytest.approx([a, b, 5, 5])
    with pytest.raises(ValueError, match="both folds"):
        by_offer(offer, policy, reward, np.zeros(4, np.int64))


def test_the_model_makes_the_interval_narrower_and_leaves_the_value() -> None:
    """Offers differ in what they earn, which is what the model knows."""
    size = 20_000
    policy = CHANCE.integers(0, 4, size)
    offer = np.where(CHANCE.random(size) < 0.6, CHANCE.integers(0, 4, size), policy)
    p_logged = 0.15 + 0.4 * (offer == policy)
    reward = 100.0 * offer + CHANCE.normal(0, 5, size)
    log = Log(reward, p_logged, (offer == policy).astype(float))
    model = by_offer(offer.astype(str), policy.astype(str), reward, CHANCE.integers(0, 2, size))
    robust, plain = doubly_robust(log, model), inverse_propensity(log)
    assert robust.lower < 150 < robust.upper
    assert robust.width < 0.6 * plain.width


def test_what_offers_add_for_everybody_is_the_lift() -> None:
    size = 8_000
    is_treated = CHANCE.random(size) < 0.8
    is_converted = CHANCE.random(size) < 0.1 + 0.1 * is_treated
    found = {f.subject: f for f in added_conversions(CHANCE.random(size), is_treated, is_converted)}
    won, lost = (is_treated & is_converted).sum(), (~is_treated & is_converted).sum()
    wanted = lift(int(won), int(is_treated.sum()), int(lost), int((~is_treated).sum()))
    reached = 1_000 * is_treated.mean()
    assert found["everybody"].value == pytest.approx(wanted.value * reached)
    assert found["everybody"].lower == pytest.approx(wanted.lower * reached)
    assert not found["everybody"].is_alarming
    assert 0 < found["best 10%"].value < found["best 50%"].value < found["everybody"].value
    harmful = added_conversions(CHANCE.random(size), ~is_treated, is_converted)
    assert [f.subject for f in harmful if f.is_alarming] == ["everybody"]


def test_people_who_changed_alarm_and_others_do_not() -> None:
    before, now = CHANCE.normal(0, 1, (5_000, 2)), CHANCE.normal(0, 1, (5_000, 2))
    now[:, 1] += 1
    same, moved = drift_by_column(("same", "moved"), before, now)
    assert (same.is_alarming, moved.is_alarming) == (False, True)
    assert same.value < 0.02
    assert moved.units == 5_000
