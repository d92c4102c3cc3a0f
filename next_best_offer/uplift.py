"""How much more happens because of the offer: lift, its interval, and the Qini curve.

The curve orders people by a score and asks, for the best k of them, how many more conversions the
treated had than the untreated would have had (Radcliffe 2007):

    incremental(k) = converted treated in the top k
                     - converted untreated in the top k * treated in top k / untreated in top k

It is given in conversions per 1,000 people, so that brands of different size can be compared.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from next_best_offer.estimate import LEVEL, Estimate, Values

Flags = npt.NDArray[np.bool_]
PER = 1_000


@dataclass(frozen=True, slots=True)
class QiniCurve:
    """Incremental conversions per 1,000 people, by the share of people reached.

    `area` is the mean of the curve less that of a random order: 0 for a score that knows nothing.
    """

    share: Values
    incremental: Values
    area: float


def lift(converted_treated: int, treated: int, converted_held: int, held: int) -> Estimate:
    """Difference of the two conversion rates with its interval (Wald, as arms are large).

    Raises:
        ValueError: an arm is empty.
    """
    if not treated or not held:
        raise ValueError("both arms need people")
    rate_treated, rate_held = converted_treated / treated, converted_held / held
    variance = rate_treated * (1 - rate_treated) / treated + rate_held * (1 - rate_held) / held
    half = float(norm.ppf(0.5 + LEVEL / 2) * np.sqrt(variance))
    value = rate_treated - rate_held
    return Estimate(value, value - half, value + half, treated + held)


def qini(score: Values, is_treated: Flags, is_converted: Flags) -> QiniCurve:
    """The curve at every distinct score, from 0 to everybody; people of equal score come together.

    Raises:
        ValueError: an arm is empty.
    """
    if is_treated.all() or not is_treated.any():
        raise ValueError("both arms need people")
    order = np.argsort(-score, kind="stable")
    treated = np.cumsum(is_treated[order])
    held = np.cumsum(~is_treated[order])
    won = np.cumsum((is_treated & is_converted)[order])
    lost = np.cumsum((~is_treated & is_converted)[order])
    expected = lost * treated / np.maximum(held, 1)
    last_of_score = np.append(np.diff(score[order]) != 0, True)
    people = np.arange(1, len(score) + 1)
    share = np.append(0.0, (people / len(score))[last_of_score])
    gained = np.asarray((won - expected) * (PER / len(score)), dtype=np.float64)
    incremental = np.append(0.0, gained[last_of_score])
    area = float(np.trapezoid(incremental, share) - incremental[-1] / 2)
    return QiniCurve(share, incremental, area)


def people_needed(rate: float, rate_with: float, *, power: float = 0.8) -> int:
    """How many people each arm needs to tell the two rates apart (two-sided, 5 %).

    n = (z_level + z_power)^2 * (p(1 - p) + q(1 - q)) / (p - q)^2

    Raises:
        ValueError: the rates are equal or not within (0, 1).
    """
    if rate == rate_with or not (0 < rate < 1 and 0 < rate_with < 1):
        raise ValueError("two different rates in (0, 1)")
    spread = rate * (1 - rate) + rate_with * (1 - rate_with)
    quantiles = norm.ppf(0.5 + LEVEL / 2) + norm.ppf(power)
    return int(np.ceil(quantiles**2 * spread / (rate - rate_with) ** 2))
