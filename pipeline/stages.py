"""The stages of the chain, each as one function of (settings, run id) that returns counts.

Every stage may be repeated: a retry, or a run after a crash, ends in the same state.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict

from expectations.gate import check_gate
from identity_store import run as resolve
from ingestion.drift import note_unknown_fields
from pipeline.offers import build_offers
from pipeline.transform import build_layer
from settings import Settings
from warehouse.errors import Fatal, PipelineError, Retryable
from warehouse.publish import publish
from warehouse.runs import finish_run, read_run
from warehouse.stage import hold_stage

Counts = dict[str, int]
Stage = Callable[[Settings, int], Counts]

GATE_ROLE = "c360_publish"


class GateClosed(Fatal):
    """A quality gate found bad data: nothing is published, `mart` keeps its last good version."""


def run_stage(settings: Settings, run_id: int, stage: str) -> Counts:
    """Run one stage of `STAGES`; when it cannot succeed the run is marked blocked or failed.

    Raises:
        Retryable: try again later; the run stays open.
        GateClosed: a gate found bad data.
        Fatal: a person has to act.
    """
    try:
        return STAGES[stage](settings, run_id)
    except Retryable as error:
        raise _placed(settings, run_id, error) from error
    except GateClosed as error:
        closed = _placed(settings, run_id, error)
        finish_run(settings, run_id, "blocked", reason=str(closed))
        raise closed from error
    except PipelineError as error:
        finish_run(settings, run_id, "failed", reason=f"{stage}: {error}")
        raise _placed(settings, run_id, error) from error


def _placed(settings: Settings, run_id: int, error: PipelineError) -> PipelineError:
    """The same error, which also says of which run and loads it is."""
    place = f"run {run_id}"
    with suppress(PipelineError):  # the database may be what is away
        loads = read_run(settings, run_id).load_ids
        if loads:
            place += f", loads {loads[0]} to {loads[-1]}"
    return type(error)(f"{error} ({place})")


def _gate(name: str) -> Stage:
    def check(settings: Settings, run_id: int) -> Counts:
        with hold_stage(settings, f"gate_{name}", run_id=run_id, role=GATE_ROLE) as fence:
            result = check_gate(settings, run_id, name)
            counts = {
                "checked": result.checked,
                "failed": len(result.failed),
                "warned": len(result.warned),
            }
            fence.counts.update(counts)
        if not result.passed:
            raise GateClosed(f"{result.reason}; loads stay pending, mart is unchanged")
        return counts

    return check


def _check_raw(settings: Settings, run_id: int) -> Counts:
    """Notes what rows hold beyond their contracts, for the gate to warn of, then asks the gate."""
    unknown = note_unknown_fields(settings, read_run(settings, run_id).load_ids)
    return _gate("raw")(settings, run_id) | {"unknown_fields": unknown}


def _layer(name: str) -> Stage:
    def build(settings: Settings, run_id: int) -> Counts:
        return build_layer(settings, read_run(settings, run_id), name)

    return build


def _resolve_identities(settings: Settings, run_id: int) -> Counts:
    counts = resolve(settings, read_run(settings, run_id), mode="incremental")
    return _whole_numbers(asdict(counts))


def _publish(settings: Settings, run_id: int) -> Counts:
    counts = publish(settings, run_id)
    return {"version": counts.version, "rows_rewritten": counts.rewritten}


def _whole_numbers(values: Mapping[str, object]) -> Counts:
    """What may travel through Airflow: counts, nothing else."""
    return {name: value for name, value in values.items() if isinstance(value, int)}


STAGES: dict[str, Stage] = {
    "check_raw": _check_raw,
    "resolve_identities": _resolve_identities,
    "check_identity": _gate("identity"),
    "build_staging": _layer("staging"),
    "build_marts": _layer("marts"),
    "build_offers": build_offers,
    "check_publish": _gate("publish"),
    "publish": _publish,
}
