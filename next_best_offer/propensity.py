"""Who will respond: a ridge logistic regression whose coefficients are data.

Fitted on frozen portraits only, then calibrated on the newest campaign (Platt 1999): slope and
intercept are fitted on predictions of people it was not trained on, because response rates move
from campaign to campaign. The saved model is a table of rounded numbers, so that scoring is one SQL
expression and gives the same bits everywhere:

    p = 1 / (1 + exp(-(intercept + sum coefficient * (value - centre) / scale)))
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from next_best_offer.estimate import Values

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DECIMALS = 6
RIDGE = 1.0
SMALLEST_TRAINING = 50
"""With fewer conversions than this a model knows less than the average."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One row of the saved model."""

    feature: str
    centre: float
    scale: float
    coefficient: float


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model; all its numbers are rounded to `DECIMALS`."""

    intercept: float
    coefficients: tuple[Coefficient, ...]

    def score(self, features: Matrix) -> Values:
        """Probabilities, one a row; the columns stand in the model's order."""
        return np.asarray(expit(self.log_odds(features)), dtype=np.float64)

    def log_odds(self, features: Matrix) -> Values:
        """The same before the logistic function."""
        centre = np.array([c.centre for c in self.coefficients])
        scale = np.array([c.scale for c in self.coefficients])
        weight = np.array([c.coefficient for c in self.coefficients])
        odds: Values = self.intercept + ((features - centre) / scale) @ weight
        return odds


def fit(names: list[str], features: Matrix, happened: Flags, ridge: float = RIDGE) -> Model:
    """The model that minimises log loss + ridge / 2 * |coefficients|^2, intercept unpunished.

    Features that do not vary get coefficient 0.

    Raises:
        ValueError: too few people to whom it happened, or a feature that is no number.
    """
    if happened.sum() < SMALLEST_TRAINING:
        raise ValueError(f"{int(happened.sum())} responses; a model needs {SMALLEST_TRAINING}")
    if not np.isfinite(features).all():
        raise ValueError("every feature must be a number; missing ones need a stated value")
    centre = np.round(features.mean(axis=0), DECIMALS)
    scale = np.round(features.std(axis=0), DECIMALS)
    scale[scale == 0] = 1.0
    weights = _minimise((features - centre) / scale, happened, ridge)
    return Model(
        intercept=round(float(weights[0]), DECIMALS),
        coefficients=tuple(
            Coefficient(name, float(c), float(s), round(float(w), DECIMALS))
            for name, c, s, w in zip(names, centre, scale, weights[1:], strict=True)
        ),
    )


def calibrate(model: Model, features: Matrix, happened: Flags) -> Model:
    """The model with slope and intercept fitted to newer people; it ranks them as before.

    The slope is kept above 0 by fitting its logarithm; with no response at all, or only responses,
    the model is given back as it is.
    """
    if happened.all() or not happened.any():
        return model
    odds = model.log_odds(features)
    sign = np.where(happened, 1.0, -1.0)

    def loss(parameters: Values) -> float:
        margin = sign * (parameters[0] + np.exp(parameters[1]) * odds)
        # A weak pull towards slope 1 keeps few responses from making it extreme.
        return float(np.logaddexp(0, -margin).sum() + parameters[1] ** 2)

    shift, log_slope = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    slope = float(np.exp(log_slope))
    return Model(
        intercept=round(float(shift) + slope * model.intercept, DECIMALS),
        coefficients=tuple(
            Coefficient(c.feature, c.centre, c.scale, round(slope * c.coefficient, DECIMALS))
            for c in model.coefficients
        ),
    )


def _minimise(standardised: Matrix, happened: Flags, ridge: float) -> Values:
    design = np.column_stack([np.ones(len(standardised)), standardised])
    sign = np.where(happened, 1.0, -1.0)
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0

    def loss_and_gradient(weights: Values) -> tuple[float, Values]:
        margin = sign * (design @ weights)
        loss = np.logaddexp(0, -margin).sum() + (penalty * weights**2).sum() / 2
        gradient = design.T @ (-sign * expit(-margin)) + penalty * weights
        return float(loss), gradient

    start = np.zeros(design.shape[1])
    found = minimize(
        loss_and_gradient, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-9, "ftol": 1e-14}
    )
    return np.asarray(found.x, dtype=np.float64)
