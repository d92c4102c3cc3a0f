"""A figure with its interval."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Values = npt.NDArray[np.float64]

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, its interval at `LEVEL`, and from how many units it comes."""

    value: float
    lower: float
    upper: float
    units: int

    @property
    def width(self) -> float:
        """From the lower to the upper end."""
        return self.upper - self.lower


def mean_with_interval(contributions: Values, *, level: float = LEVEL) -> Estimate:
    """The mean of independent contributions and its normal interval.

    Raises:
        ValueError: fewer than two contributions.
    """
    units = len(contributions)
    if units < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError("an interval needs at least two units")
    value = float(contributions.mean())
    half = float(norm.ppf(0.5 + level / 2) * contributions.std(ddof=1) / np.sqrt(units))
    return Estimate(value, value - half, value + half, units)
