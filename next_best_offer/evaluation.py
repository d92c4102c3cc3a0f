"""Does the decision pay: what the policy earns, whom the offers move, whether people changed.

Each question gives findings of one shape, so that they are kept, shown and watched alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from next_best_offer.estimate import Estimate, Values
from next_best_offer.gate import Trial, judge
from next_best_offer.off_policy import Log, doubly_robust, inverse_propensity, self_normalised
from next_best_offer.propensity import Matrix
from next_best_offer.reliability import DRIFT_ALARM, drift
from next_best_offer.reward_model import Names, by_offer
from next_best_offer.uplift import PER, Flags, lift, qini

SHARES = (0.1, 0.25, 0.5)
"""Of the persons reached, best score first, for which the Qini curve is read off."""


class Finding(NamedTuple):
    """One figure; `units` is from how many decisions or persons it comes."""

    measure: str
    subject: str
    value: float
    lower: float | None
    upper: float | None
    units: int
    is_alarming: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """Independent logged decisions as columns of one length.

    `policy_offer` is what the policy gives the person, `offer` what was given, which differs where
    something was tried; `fold` is 0 or 1, by person.
    """

    offer: Names
    policy_offer: Names
    p_logged: Values
    fold: npt.NDArray[np.int64]
    reward: Values


def policy_value(decided: Decided) -> list[Finding]:
    """What the policy earns a decision by three estimators; its gain over the best single offer.

    The gain alarms when it surely is a loss.

    Raises:
        ValueError: one of the two folds is empty.
    """
    is_policy = (decided.offer == decided.policy_offer).astype(np.float64)
    log = Log(decided.reward, decided.p_logged, is_policy)
    model = by_offer(decided.offer, decided.policy_offer, decided.reward, decided.fold)
    names, codes = np.unique(decided.offer, return_inverse=True)
    verdict = judge(
        Trial(codes.astype(np.int64), decided.reward, decided.p_logged, is_policy, decided.fold)
    )
    best = ", ".join(sorted({str(names[code]) for code in verdict.best_fixed}))
    return [
        _estimated("policy", "inverse propensity", inverse_propensity(log)),
        _estimated("policy", "self-normalised", self_normalised(log)),
        _estimated("policy", "doubly robust", doubly_robust(log, model)),
        _estimated("gain", f"over {best}", verdict.gain, is_alarming=verdict.gain.upper < 0),
    ]


def _estimated(
    measure: str, subject: str, found: Estimate, *, is_alarming: bool = False
) -> Finding:
    ends = found.value, found.lower, found.upper
    return Finding(measure, subject, *ends, found.units, is_alarming)


def added_conversions(score: Values, is_treated: Flags, is_converted: Flags) -> list[Finding]:
    """Conversions per 1,000 persons that offers add, by the share reached, best score first.

    For everybody it has an interval, and alarms when the offers surely cost conversions. The area
    is the curve's mean less that of a random order: at most 0 for a score that knows nothing.

    Raises:
        ValueError: an arm is empty.
    """
    curve = qini(score, is_treated, is_converted)
    units = len(score)
    found = [
        Finding("qini", f"best {share:.0%}", float(at), None, None, units, is_alarming=False)
        for share, at in zip(SHARES, np.interp(SHARES, curve.share, curve.incremental), strict=True)
    ]
    all_of_them = lift(
        int((is_treated & is_converted).sum()), int(is_treated.sum()),
        int((~is_treated & is_converted).sum()), int((~is_treated).sum()),
    )  # fmt: skip
    reached = PER * float(is_treated.mean())
    ends = (all_of_them.value * reached, all_of_them.lower * reached, all_of_them.upper * reached)
    return [
        *found,
        Finding("qini", "everybody", *ends, units, is_alarming=ends[2] < 0),
        Finding("qini", "area", curve.area, None, None, units, is_alarming=False),
    ]


def drift_by_column(names: Sequence[str], before: Matrix, now: Matrix) -> list[Finding]:
    """How much people changed by each column: population stability index, alarming from .2 on."""
    return [
        Finding("drift", name, index, None, None, len(now), index >= DRIFT_ALARM)
        for column, name in enumerate(names)
        for index in [drift(before[:, column], now[:, column])]
    ]
