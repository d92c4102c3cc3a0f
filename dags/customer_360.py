"""# customer_360: from pending loads to one published version.

Takes **every** pending load, resolves identities, builds facts, marts and offers, and publishes the
newest complete day; an older day never replaces a newer one. Starts when an ingest run reports
`raw_changed` and a day is complete, and every hour for whatever is pending.

| you see | do |
|---|---|
| `open_run` skipped | nothing is pending, or a day still waits for a source: `c360 status` |
| a `check_…` failed | bad data: `mart` keeps its last version; repair the source, trigger again |
| `up for retry`, "overtaken" | nothing: it was busy or away; a newer run does the work |
| another task failed | read its message, repair, trigger again: the loads are still pending |

`write_report` leaves a page, for failed runs too. A closed run cannot publish: trigger a new one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import AssetAlias, AssetOrTimeSchedule, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.conventions import RAW_CHANGED, SERIAL, at
from pipeline.order import FROM_THE_START, STAGE_ORDER
from settings import load_settings

STILL_PENDING = AssetAlias("raw_still_pending")


@dag(
    schedule=AssetOrTimeSchedule(assets=RAW_CHANGED, timetable=at("45 * * * *")),
    tags=["customer360", "chain"],
    doc_md=__doc__,
    **SERIAL,
)
def customer_360() -> None:
    """Take the pending loads, run the stages in order, say whether more came meanwhile."""

    @task
    def open_run() -> dict[str, Any]:
        from pipeline.chain import open_run

        context, now = get_current_context(), datetime.now(UTC)
        is_event = context["dag_run"].run_type == "asset_triggered"
        run = open_run(load_settings(), now, context["run_id"], only_complete_days=is_event)
        if run is None:
            raise AirflowSkipException("nothing to do")
        return run

    @task
    def run_stage(run: dict[str, Any], stage: str) -> dict[str, int]:
        from pipeline.chain import run_stage

        return run_stage(load_settings(), run["run_id"], stage)

    @task(outlets=[STILL_PENDING])
    def finish_run(run: dict[str, Any]) -> dict[str, Any]:
        from pipeline.chain import finish_run

        end = finish_run(load_settings(), run["run_id"])
        if end["pending"]:
            get_current_context()["outlet_events"][STILL_PENDING].add(RAW_CHANGED)
        return end

    @task(trigger_rule="none_skipped")
    def write_report(run: dict[str, Any]) -> None:
        from c360.report import write_report

        settings, name = load_settings(), f"run_{run['run_id']}.html"
        write_report(settings, run["run_id"], settings.reports_dir / name)

    run: Any = open_run()
    stages = {stage: run_stage.override(task_id=stage)(run, stage) for stage in STAGE_ORDER}
    chain(run, [stages.pop(stage) for stage in FROM_THE_START], stages["build_marts"])
    chain(run, *stages.values(), [finish_run(run), write_report(run)])


customer_360()
