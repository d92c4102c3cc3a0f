"""Whether predicted probabilities are what happens, and whether they still fit those scored now."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from next_best_offer.estimate import Values

Flags = npt.NDArray[np.bool_]
BINS = 10
DRIFT_ALARM = 0.2
"""A population stability index above this is commonly taken for a changed population."""

_SMALLEST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """People of about equal prediction: how many, what was predicted, what happened."""

    people: int
    mean_predicted: float
    rate: float


def reliability(predicted: Values, happened: Flags, bins: int = BINS) -> list[ReliabilityBin]:
    """The table of predictions in bins of about equal size; equal predictions share a bin."""
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, predicted, side="right")
    return [
        ReliabilityBin(
            int(is_here.sum()), float(predicted[is_here].mean()), float(happened[is_here].mean())
        )
        for bin_number in np.unique(place)
        for is_here in [place == bin_number]
    ]


def calibration_error(table: list[ReliabilityBin]) -> float:
    """Expected calibration error: mean gap of predicted and real, weighted by people."""
    people = sum(row.people for row in table)
    return sum(row.people * abs(row.mean_predicted - row.rate) for row in table) / people


def area_under_curve(score: Values, happened: Flags) -> float:
    """Chance that someone to whom it happened has the higher score; ties count half.

    Raises:
        ValueError: it happened to all or to nobody.
    """
    positives = int(happened.sum())
    negatives = len(happened) - positives
    if not positives or not negatives:
        raise ValueError("it happened to all or to nobody")
    ranks = rankdata(score)
    surplus = ranks[happened].sum() - positives * (positives + 1) / 2
    return float(surplus / (positives * negatives))


def drift(trained: Values, scored: Values, bins: int = BINS) -> float:
    """Population stability index of a feature or score: sum of (a - b) * ln(a / b) over bins."""
    edges = np.unique(np.quantile(trained, np.linspace(0, 1, bins + 1)[1:-1]))
    before = _shares(edges, trained)
    now = _shares(edges, scored)
    return float(((now - before) * np.log(now / before)).sum())


def _shares(edges: Values, values: Values) -> Values:
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    shares: Values = np.maximum(counts / max(1, len(values)), _SMALLEST_SHARE)
    return shares
