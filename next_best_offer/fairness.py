"""Whether groups of people get other discounts than the rest (PIPL, article 24).

A discount may follow what somebody buys, never who can be made to pay more: so the depth of
discounts is compared between groups that no rule of an offer is about, value tier and device. Each
group stands beside everybody else, by the difference of the means with Welch's interval.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import t

from next_best_offer.estimate import LEVEL

SMALLEST_GROUP = 30
"""Of fewer people a mean says too little to raise an alarm."""

TOLERATED = 0.2
"""A mean within a fifth of everybody else's is no concern, however surely it differs."""


class Depths(NamedTuple):
    """Discount depths of a group of people: how many, their sum, the sum of their squares."""

    people: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """The mean depth."""
        return self.total / self.people

    @property
    def variance_of_mean(self) -> float:
        """The variance of the mean, for two people or more."""
        spread = max(0.0, self.squares - self.total * self.mean)
        return spread / (self.people - 1) / self.people

    def without(self, part: "Depths") -> "Depths":
        """Everybody but a part."""
        return Depths(
            self.people - part.people, self.total - part.total, self.squares - part.squares
        )


class Finding(NamedTuple):
    """A group beside everybody else; `ratio` is its mean by theirs, None where they get nothing."""

    group: str
    people: int
    mean: float
    mean_of_others: float
    lower: float
    upper: float
    ratio: float | None
    is_alarming: bool


def compare(groups: Mapping[str, Depths]) -> list[Finding]:
    """Each group of at least `SMALLEST_GROUP` beside the others, if they are as many.

    The alarm needs both: the difference is surely not 0, and it is larger than `TOLERATED`.
    """
    everybody = Depths(
        sum(own.people for own in groups.values()),
        sum(own.total for own in groups.values()),
        sum(own.squares for own in groups.values()),
    )
    return [
        _finding(name, own, everybody.without(own))
        for name, own in groups.items()
        if min(own.people, everybody.people - own.people) >= SMALLEST_GROUP
    ]


def _finding(name: str, own: Depths, others: Depths) -> Finding:
    difference = own.mean - others.mean
    half = _half_width(own, others)
    lower, upper = difference - half, difference + half
    is_large = abs(difference) > TOLERATED * others.mean
    return Finding(
        name, own.people, own.mean, others.mean, lower, upper,
        own.mean / others.mean if others.mean else None,
        is_alarming=is_large and not lower <= 0 <= upper,
    )  # fmt: skip


def _half_width(own: Depths, others: Depths) -> float:
    """Half of Welch's interval: the two groups need not vary alike."""
    parts = np.array([own.variance_of_mean, others.variance_of_mean])
    if not parts.sum():
        return 0.0
    freedom = parts.sum() ** 2 / (parts**2 / [own.people - 1, others.people - 1]).sum()
    return float(t.ppf(0.5 + LEVEL / 2, freedom) * np.sqrt(parts.sum()))
