"""Personalise only where it pays: the gain over the best single offer must be surely above nothing.

The best fixed offer is chosen on one half of the log and compared on the other, each way; choosing
and comparing on the same rows would favour the fixed offer that was lucky.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from next_best_offer.estimate import Estimate, Values, mean_with_interval


@dataclass(frozen=True, slots=True)
class Trial:
    """Logged decisions about offers, as columns of one length.

    `offer` is the code of the offer made, `p_target` the probability with which the personal policy
    makes that same offer. `fold` is 0 or 1, by person, so that nobody is on both sides.
    """

    offer: npt.NDArray[np.int64]
    reward: Values
    p_logged: Values
    p_target: Values
    fold: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to personalise, by how much it gains per decision, and what it was compared with."""

    is_open: bool
    gain: Estimate
    best_fixed: tuple[int, ...]


def judge(trial: Trial) -> Verdict:
    """The gate opens when the lower end of the gain's interval is above 0.

    Raises:
        ValueError: one of the two folds is empty.
    """
    contributions = np.zeros(len(trial.reward))
    best_fixed = []
    for fold in (0, 1):
        is_judged = trial.fold == fold
        best = _best_fixed(trial, ~is_judged)
        best_fixed.append(best)
        is_fixed = (trial.offer == best).astype(np.float64)
        difference = (trial.p_target - is_fixed) / trial.p_logged * trial.reward
        contributions[is_judged] = difference[is_judged]
    gain = mean_with_interval(contributions)
    return Verdict(gain.lower > 0, gain, tuple(best_fixed))


def _best_fixed(trial: Trial, rows: npt.NDArray[np.bool_]) -> int:
    """The offer with the largest inverse-propensity value; of equal ones the smaller code."""
    if not rows.any() or rows.all():
        raise ValueError("both folds need decisions")
    offers, index = np.unique(trial.offer[rows], return_inverse=True)
    earned = np.bincount(index, weights=trial.reward[rows] / trial.p_logged[rows])
    return int(offers[np.argmax(earned)])
