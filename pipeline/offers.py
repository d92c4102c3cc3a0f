"""The offers of one run: arms, places, the decision, its log, what is learnt and found of it."""

from collections.abc import Callable
from functools import partial

import numpy as np

from next_best_offer.allocation import Use, allocate
from pipeline.offer_evaluation import evaluate_offers
from pipeline.offer_models import learn_responses
from pipeline.transform import build_layer
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.decision_log import log_decisions
from warehouse.errors import Fatal, Retryable, database_errors_without_values
from warehouse.offer_arms import keep_arms
from warehouse.offer_places import Scarce, forget_places, read_wishes, wish_columns, write_places
from warehouse.runs import Run, read_run
from warehouse.stage import hold_stage

ROLE = "c360_offers"
STAGE = "offers"

_FAILURES = (Fatal, ArithmeticError, LookupError, TypeError, ValueError, MemoryError)
"""Of a step in Python; SQL stands in for it."""


def build_offers(settings: Settings, run_id: int) -> dict[str, int]:
    """Decides on offers for a run whose candidates are built, and logs what it decides anew.

    A step in Python that fails leaves its work to the SQL that stands in for it; `failed_steps`
    counts them, and `ops.stage_run` says which.

    Raises:
        Retryable: the database was away, or another holder of a stage did not end.
        Fatal: a model failed, or a newer run took over.
    """
    run = read_run(settings, run_id)
    with hold_stage(settings, STAGE, run_id=run_id, role=ROLE) as fence:
        with connect(settings, ROLE, stage=STAGE) as conn:
            fence.counts.update(keep_arms(conn, run.as_of))
            fence.counts.update(_allocated(conn, run))
            fence.check(conn)
        counts = build_layer(settings, run, "offers")
        with connect(settings, ROLE, stage=STAGE) as conn:
            fence.counts["decisions_logged"] = log_decisions(conn, run_id, run.as_of)
            # Where these fail, the model of the month before and the findings of the week before
            # stay the newest; without a model SQL takes everybody for the mean.
            for step, result, work in (
                ("learn", "models_learnt", learn_responses),
                ("evaluate", "findings", evaluate_offers),
            ):
                fence.counts.update(_attempted(conn, step, result, partial(work, conn, run)))
            fence.check(conn)
        failed = sum(1 for name in fence.counts if name.endswith("_failed"))
    return counts | {"failed_steps": failed}


def _allocated(conn: Connection, run: Run) -> dict[str, int]:
    done = _attempted(conn, "allocate", "places", partial(give_places, conn, run.run_id))
    if "places" not in done:
        # Without its row in offers.allocation the model int_offer_place cuts at the stock instead.
        forget_places(conn, run.run_id)
    return done


def _attempted(conn: Connection, step: str, result: str, work: Callable[[], int]) -> dict[str, int]:
    """What a step in Python did, under the name of its result; or that it failed, undone."""
    try:
        with database_errors_without_values(), conn.transaction():
            return {result: work()}
    except Retryable:
        raise
    except _FAILURES:
        return {f"{step}_failed": 1}


def give_places(conn: Connection, run_id: int) -> int:
    """Allocates the one place of each person and keeps the prices of what is scarce."""
    scarce = read_wishes(conn)
    if not scarce:
        return write_places(conn, run_id, None, [])
    wishes = wish_columns(conn)
    person = wishes["person"].astype(np.int64)
    uses = [_use(wishes, resource) for resource in scarce]
    result = allocate(person, wishes["value"].astype(np.float64), uses)
    rows = np.flatnonzero(result.is_allocated).tolist()
    return write_places(conn, run_id, rows, list(zip(scarce, result.prices.tolist(), strict=True)))


def _use(wishes: np.ndarray, scarce: Scarce) -> Use:
    column = "channel" if scarce.resource == "slot" else "offer"
    rows = np.flatnonzero(wishes[column] == scarce.number)
    amounts = np.ones(len(rows))
    if scarce.resource != "slot":
        amounts = wishes["p_convert"][rows].astype(np.float64)
    if scarce.resource == "budget":
        amounts = amounts * wishes["cost_fen"][rows]
    return Use(scarce.capacity, rows[amounts > 0], amounts[amounts > 0])
