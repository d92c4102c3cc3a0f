"""The verdict on personal offers: open where they surely pay, closed where they do not."""

import numpy as np
import pytest

from c360.cli.experiments import _policy_rows
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
    return PolicyLog(offer.astype(str), p_logged, rng.integers(0, 2, PEOPLE), 1_000.0 * sold)


def test_personal_offers_that_hit_surely_pay():
    estimates = {row[0]: row for row in _policy_rows(a_log(knows=1.0))}
    for method in ("inverse propensity", "self-normalised"):
        _, value, lower, upper, people, _ = estimates[method]
        assert lower < 400 < upper
        assert value == pytest.approx(400, rel=0.05)
        assert people == PEOPLE
    assert next(row for name, row in estimates.items() if "gain" in name)[-1] == (
        "personal offers pay"
    )


def test_personal_offers_that_know_nothing_are_not_shown_to_pay():
    gain = _policy_rows(a_log(knows=0.0))[-1]
    assert gain[-1] == "not shown to pay"
    assert gain[2] < 0 < gain[3]
