"""The verdict on personal offers: open where they surely pay, closed where they do not."""

import numpy as np
import pytest

from c360.cli.experiments import _policy_rows
from pipeline.offer_evaluation import value_of
from warehouse.policy_log import PolicyLog

PEOPLE, OFFERS, TRIED = 20_000, 4, 0.2


def a_log(knows: float) -> PolicyLog:
    """A policy that hits what a person likes with probability `knows`; what is liked sells 40 %."""
    rng = np.random.default_rng(4)
    liked, best = rng.integers(0, OFFERS, (2, PEOPLE))
    best = np.where(rng.random(PEOPLE) < knows, liked, best)
    offer = np.where(rng.random(PEOPLE) < TRIED, rng.integers(0, OFFERS, PEOPLE), best)
    p_logged = TRIED / OFFERS + (1 - TRIED) * (offer == best)
    sold = rng.random(PEOPLE) < np.where(offer == liked, 0.4, 0.1)
    fold = rng.integers(0, 2, PEOPLE)
    return PolicyLog(offer.astype(str), best.astype(str), p_logged, fold, 1_000.0 * sold)


def test_personal_offers_that_hit_surely_pay():
    estimates = {row[0]: row for row in _policy_rows(value_of(a_log(knows=1.0)))}
    for method in ("inverse propensity", "self-normalised", "doubly robust"):
        _, value, lower, upper, people, _ = estimates[method]
        assert lower < 400 < upper
        assert value == pytest.approx(400, rel=0.05)
        assert people == PEOPLE
    assert next(row for name, row in estimates.items() if "gain" in name)[-1] == (
        "personal offers pay"
    )


def test_personal_offers_that_know_nothing_are_not_shown_to_pay():
    gain = _policy_rows(value_of(a_log(knows=0.0)))[-1]
    assert gain[-1] == "not shown to pay"
    assert gain[2] < 0 < gain[3]


def test_one_half_of_the_people_is_too_little():
    log = a_log(knows=1.0)
    assert value_of(log._replace(fold=np.zeros(PEOPLE, np.int64))) == []


def test_a_policy_that_offers_what_nobody_likes_surely_loses():
    rng = np.random.default_rng(6)
    offer = np.where(rng.random(PEOPLE) < 0.5, "liked", "disliked")
    sold = rng.random(PEOPLE) < np.where(offer == "liked", 0.4, 0.1)
    log = PolicyLog(
        offer, np.full(PEOPLE, "disliked"), np.full(PEOPLE, 0.5),
        rng.integers(0, 2, PEOPLE), 1_000.0 * sold,
    )  # fmt: skip
    assert _policy_rows(value_of(log))[-1][-1] == "personal offers surely lose"
