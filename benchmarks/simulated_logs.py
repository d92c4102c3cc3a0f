"""Logs of a world whose truth is known: do the intervals hold what they promise?

People come with a feature; each offer converts by its own curve of it. The logging policy prefers
good offers softly, the policy in question more sharply. The oracle knows the true spread of an
estimator's contributions over a very large log, so its width is what no honest interval can beat by
much.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax
from scipy.stats import norm

from next_best_offer.estimate import Estimate
from next_best_offer.off_policy import (
    Log,
    RewardModel,
    doubly_robust,
    inverse_propensity,
    self_normalised,
)

Values = npt.NDArray[np.float64]

OFFERS = 8
DECISIONS = 5_000
LARGE = 400_000


@dataclass(frozen=True)
class Coverage:
    """Share of the intervals that hold the truth, and their mean width beside the oracle's."""

    share_covered: float
    width_ratio: float


@dataclass(frozen=True)
class _Sample:
    log: Log
    model: RewardModel
    truth: Values
    """The true mean reward of each person under the policy in question."""


def coverage(logs: int, seed: int = 7) -> dict[str, Coverage]:
    """Each estimator over `logs` logs."""
    chance = np.random.default_rng(seed)
    large = _draw(chance, LARGE)
    truth = float(large.truth.mean())
    oracle = {name: e.width * np.sqrt(LARGE / DECISIONS) for name, e in _estimates(large).items()}
    found: dict[str, list[Estimate]] = {name: [] for name in oracle}
    for _ in range(logs):
        for name, estimate in _estimates(_draw(chance, DECISIONS)).items():
            found[name].append(estimate)
    return {
        name: Coverage(
            float(np.mean([e.lower <= truth <= e.upper for e in estimates])),
            float(np.mean([e.width for e in estimates]) / oracle[name]),
        )
        for name, estimates in found.items()
    }


def _estimates(sample: _Sample) -> dict[str, Estimate]:
    return {
        "inverse propensity": inverse_propensity(sample.log),
        "self-normalised": self_normalised(sample.log),
        "doubly robust": doubly_robust(sample.log, sample.model),
    }


def _draw(chance: np.random.Generator, decisions: int) -> _Sample:
    feature = chance.normal(size=decisions)
    offer = np.arange(OFFERS)
    slope, level = np.sin(offer), -2.5 + 0.15 * offer
    rate = expit(level + slope * feature[:, None])
    logging = softmax(4 * rate, axis=1)
    target = softmax(12 * rate, axis=1)
    # Inverse of the cumulative distribution: one uniform number chooses the offer.
    chosen = (chance.random(decisions)[:, None] > np.cumsum(logging, axis=1)).sum(axis=1)
    chosen = np.minimum(chosen, OFFERS - 1)
    rows = np.arange(decisions)
    reward = (chance.random(decisions) < rate[rows, chosen]).astype(np.float64)
    # A model that is wrong by a third, as models are.
    guess = np.asarray(norm.cdf(norm.ppf(rate) * 0.67 - 0.3))
    return _Sample(
        Log(reward, logging[rows, chosen], target[rows, chosen]),
        RewardModel(guess[rows, chosen], (guess * target).sum(axis=1)),
        (rate * target).sum(axis=1),
    )
