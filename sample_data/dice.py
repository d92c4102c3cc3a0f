"""Seeded chance."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

Outcome = TypeVar("Outcome")


class Dice(Random):
    """Random numbers that are the same for the same seed, on every machine."""

    def chance(self, share: float) -> bool:
        """Return True in `share` of the cases."""
        return self.random() < share

    def weighted(self, weights: Mapping[Outcome, float]) -> Outcome:
        """Return one of the keys, each as often as its value says."""
        return self.choices(tuple(weights), tuple(weights.values()))[0]
