"""Does the decision pay: asked of its log and its trial once a week, kept for people to see."""

import numpy as np

from next_best_offer.evaluation import (
    Decided,
    Finding,
    added_conversions,
    drift_by_column,
    policy_value,
)
from next_best_offer.learning import FEATURES, Learnt, Past
from next_best_offer.propensity import Coefficient, Model
from warehouse.connection import Connection
from warehouse.offer_evaluation import is_evaluated, keep_findings
from warehouse.offer_models import OpenModel, read_model_until
from warehouse.offer_trial import newest_judgeable_month, read_trial
from warehouse.policy_log import PolicyLog, read_policy_log
from warehouse.runs import Run

EVERY_DAYS = 7


def evaluate_offers(conn: Connection, run: Run) -> int:
    """Keeps this week's findings, unless a run of another day did; returns how many.

    What there is too little for yet has no finding.
    """
    if run.as_of is None or is_evaluated(conn, run.as_of, EVERY_DAYS):
        return 0
    findings = [*value_of(read_policy_log(conn)), *_of_trial(conn, run)]
    return keep_findings(conn, run.as_of, ("policy", "gain", "qini"), findings)


def value_of(log: PolicyLog) -> list[Finding]:
    """What the policy earns; nothing while no decision is 14 days old in one half of the people."""
    if len(set(log.fold.tolist())) < 2:  # noqa: PLR2004 - two halves
        return []
    decided = Decided(log.offer_id, log.policy_offer_id, log.p_logged, log.fold, log.reward)
    return policy_value(decided)


def _of_trial(conn: Connection, run: Run) -> list[Finding]:
    month_end = newest_judgeable_month(conn, run.as_of) if run.as_of else None
    if month_end is None:
        return []
    model = read_model_until(conn, month_end)
    trial = read_trial(conn, month_end, model.features if model else ())
    if trial.is_treated.all() or not trial.is_treated.any():
        return []
    score = _scoring(model).score(trial.features) if model else np.zeros(len(trial.is_treated))
    return added_conversions(score, trial.is_treated, trial.is_converted)


def _scoring(model: OpenModel) -> Model:
    terms = zip(model.features, model.terms, strict=True)
    return Model(model.intercept, tuple(Coefficient(name, *term) for name, term in terms))


def changed_people(past: Past, learnt: Learnt) -> list[Finding]:
    """How much those a model is judged on differ from those it learnt from, and by its score."""
    is_newest = past.month == past.month.max()
    before, now = past.features[~is_newest], past.features[is_newest]
    scores = [learnt.model.score(people).reshape(-1, 1) for people in (before, now)]
    return [
        *drift_by_column(("score",), scores[0], scores[1]),
        *drift_by_column(FEATURES, before, now),
    ]
