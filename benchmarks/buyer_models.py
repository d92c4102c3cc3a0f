"""Models of buyers who may have left: BG/NBD and MBG/NBD, fitted by maximum likelihood.

Fader, Hardie and Lee 2005 ("Counting your customers" the easy way) and Batislam, Denizel and
Filiztekin 2007. A buyer's summary is x repeat purchases, the last at t_x, watched until T.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize
from scipy.special import betaln, gammaln

Array = npt.NDArray[np.float64]
Kind = Literal["BG/NBD", "MBG/NBD"]
Method = Literal["L-BFGS-B", "Nelder-Mead"]


@dataclass(frozen=True)
class Buyers:
    """One entry a buyer, times in one unit."""

    repeats: Array
    last: Array
    watched: Array


def log_likelihood(kind: Kind, parameters: Array, buyers: Buyers) -> float:
    """Of r, alpha (purchase rate) and a, b (chance to leave after a purchase)."""
    r, alpha, a, b = parameters
    x, last, watched = buyers.repeats, buyers.last, buyers.watched
    # In MBG/NBD a buyer may leave after the first purchase too: one more chance to stay.
    stays = x + 1 if kind == "MBG/NBD" else x
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + stays) - betaln(a, b) - (r + x) * np.log(alpha + watched)
    gone = betaln(a + 1, b + stays - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    may_be_gone = np.ones(len(x), bool) if kind == "MBG/NBD" else x > 0
    either = np.where(may_be_gone, np.logaddexp(alive, gone), alive)
    return float((start + either).sum())


def fit(kind: Kind, buyers: Buyers, method: Method = "L-BFGS-B") -> Array:
    """Maximum likelihood, from several starts, over the logarithms of the four parameters."""

    def cost(logs: Array) -> float:
        if np.any(np.abs(logs) > 12):
            return 1e9
        return -log_likelihood(kind, np.exp(logs), buyers) / len(buyers.repeats)

    starts = ([0.0, 1.0, 0.0, 1.0], [-1.0, 1.5, -0.5, 0.5])
    found = [_minimum(cost, np.array(start), method) for start in starts]
    best = min(found, key=lambda result: float(result.fun))
    if method == "L-BFGS-B":
        best = minimize(cost, best.x, method="BFGS", options={"gtol": 1e-9})
    return np.exp(np.asarray(best.x, np.float64))


def _minimum(cost: Callable[[Array], float], start: Array, method: Method) -> OptimizeResult:
    if method == "L-BFGS-B":
        return minimize(cost, start, method=method, options={"ftol": 1e-15})
    return minimize(
        cost,
        start,
        method=method,
        options={"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-9, "fatol": 1e-13},
    )
