"""Learns from past months who orders after a message, and whether that beats the plain rate.

The newest month is never trained on: on one half of its people the model is calibrated, on the
other half it is judged, by how much likelier it makes what happened than the rate of the first half
does. The gate is open when the lower end of that gain's interval is above 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from next_best_offer.estimate import Estimate, Values, mean_with_interval
from next_best_offer.propensity import Flags, Matrix, Model, calibrate, fit
from next_best_offer.reliability import ReliabilityBin, area_under_curve, reliability

FEATURES = (
    *("life_order_count", "cnt_30d_visit_days", "cnt_90d_visit_days", "cnt_30d_product_views"),
    *("cnt_30d_cart_adds", "cnt_30d_orders", "cnt_90d_orders", "cnt_30d_contacts"),
    *("cnt_90d_contact_clicks", "amt_90d_net_fen", "amt_90d_discount_fen", "clv_orders_90d"),
    *("promo_discounted_share", "promo_coupon_used_count", "contact_response_rate"),
    "loyalty_points_balance",
)
"""Columns of the portrait a model may look at; a missing value counts as 0."""


@dataclass(frozen=True, slots=True)
class Past:
    """People a month: portraits at its end, what followed, and a half (0 or 1) drawn by person."""

    month: npt.NDArray[np.int64]
    half: npt.NDArray[np.int64]
    features: Matrix
    happened: Flags


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, how it did on people it never saw, and whether it may be used."""

    model: Model
    gain: Estimate
    area_under_curve: float
    mean_predicted: float
    reliability: list[ReliabilityBin]

    @property
    def is_open(self) -> bool:
        """Whether the model surely knows more than the plain rate."""
        return self.gain.lower > 0


def learn(past: Past) -> Learnt:
    """The model of all months but the newest, calibrated and judged on that one.

    Raises:
        ValueError: too few people ordered, there is one month only, or a half is all alike.
    """
    is_newest = past.month == past.month.max()
    is_fitted_on, is_judged = is_newest & (past.half == 0), is_newest & (past.half == 1)
    raw = fit(list(FEATURES), past.features[~is_newest], past.happened[~is_newest])
    model = calibrate(raw, past.features[is_fitted_on], past.happened[is_fitted_on])
    happened, predicted = past.happened[is_judged], model.score(past.features[is_judged])
    rate = past.happened[is_fitted_on].mean()
    if not 0 < rate < 1:
        raise ValueError("in a half of the newest month all were alike")
    gains = _log_likelihood(predicted, happened) - _log_likelihood(
        np.full(len(happened), rate), happened
    )
    return Learnt(
        model=model,
        gain=mean_with_interval(gains),
        area_under_curve=area_under_curve(predicted, happened),
        mean_predicted=float(predicted.mean()),
        reliability=reliability(predicted, happened),
    )


def _log_likelihood(predicted: Values, happened: Flags) -> Values:
    likely: Values = np.log(np.where(happened, predicted, 1 - predicted))
    return likely
