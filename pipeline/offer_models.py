"""Who responds: learnt once a month from frozen portraits, scored in SQL from coefficients."""

import json

import numpy as np

from next_best_offer.learning import FEATURES, Past, learn
from pipeline.offer_catalogue import portrait_columns
from pipeline.offer_evaluation import changed_people
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.offer_evaluation import keep_findings
from warehouse.offer_models import newest_unlearnt_month, read_open_model, read_past, write_model
from warehouse.runs import Run


def learn_responses(conn: Connection, run: Run) -> int:
    """Learns from the newest month that is over, for the runs to come; returns 1 if it did.

    Nothing is learnt without snapshots, and from too few people: then the score is that of SQL.
    """
    month_end = newest_unlearnt_month(conn, run.as_of) if run.as_of else None
    if run.as_of is None or month_end is None:
        return 0
    rows = read_past(conn, month_end, FEATURES)
    if not len(rows):
        return 0
    past = Past(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 3:],
                rows[:, 2] > 0)  # fmt: skip
    try:
        learnt = learn(past)
    except ValueError:
        return 0
    model = {
        "month_end": month_end,
        "model_version": f"response-{month_end}",
        "run_id": run.run_id,
        "intercept": learnt.model.intercept,
        "mean_predicted": round(learnt.mean_predicted, 6),
        "area_under_curve": round(learnt.area_under_curve, 6),
        "gain": round(learnt.gain.value, 6),
        "gain_lower": round(learnt.gain.lower, 6),
        "gain_upper": round(learnt.gain.upper, 6),
        "people": learnt.gain.units,
        "is_open": learnt.is_open,
    }
    coefficients = [(c.feature, c.centre, c.scale, c.coefficient) for c in
                    learnt.model.coefficients]  # fmt: skip
    bins = [(b.people, round(b.mean_predicted, 6), round(b.rate, 6)) for b in learnt.reliability]
    write_model(conn, model, coefficients, bins)
    keep_findings(conn, run.as_of, ("drift",), changed_people(past, learnt))
    return 1


def response_model(settings: Settings, role: str) -> str:
    """The open model as JSON for the model that scores with it; `{}`: everybody responds alike.

    A model that looks at a column the portrait no longer has is left out.
    """
    with connect(settings, role, stage="response_model") as conn:
        model = read_open_model(conn)
    if model is None or not set(model.features) <= set(portrait_columns(settings)):
        return "{}"
    return json.dumps(model._asdict())
