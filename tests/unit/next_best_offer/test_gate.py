import numpy as np
import pytest

from next_best_offer.gate import Trial, judge

DECISIONS = 20_000


def trial(rates_by_kind: list[list[float]], seed: int = 1) -> Trial:
    """Two kinds of people, offers made uniformly; the personal policy knows the best of each."""
    chance = np.random.default_rng(seed)
    rates = np.array(rates_by_kind)
    kind = chance.integers(0, len(rates), DECISIONS)
    offer = chance.integers(0, rates.shape[1], DECISIONS)
    reward = (chance.random(DECISIONS) < rates[kind, offer]).astype(float)
    target = (offer == rates.argmax(axis=1)[kind]).astype(float)
    logged = np.full(DECISIONS, 1 / rates.shape[1])
    return Trial(offer, reward, logged, target, chance.integers(0, 2, DECISIONS))


def test_gate_opens_where_people_differ() -> None:
    verdict = judge(trial([[0.3, 0.1], [0.1, 0.3]]))
    assert verdict.is_open
    assert verdict.gain.lower <= 0.1 <= verdict.gain.upper  # .3 against .2 for everybody


def test_gate_stays_shut_where_one_offer_is_best_for_all() -> None:
    verdict = judge(trial([[0.3, 0.1], [0.3, 0.1]]))
    assert not verdict.is_open
    assert verdict.best_fixed == (0, 0)


def test_gate_rarely_opens_by_luck() -> None:
    # All offers alike: the personal policy is noise. One in forty opens by chance.
    opened = sum(judge(trial([[0.2, 0.2], [0.2, 0.2]], seed)).is_open for seed in range(60))
    assert opened <= 6


def test_gate_needs_both_folds() -> None:
    one = trial([[0.2, 0.1]])
    with pytest.raises(ValueError, match="both folds"):
        judge(Trial(one.offer, one.reward, one.p_logged, one.p_target, np.zeros(DECISIONS, int)))
