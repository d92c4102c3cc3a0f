"""# customer_360: from pending loads to one published version.

Takes **every** pending load, resolves identities, builds facts, marts and offers, and publishes the
newest complete day; an older day never replaces a newer one.

**Starts** when an ingest run reports `raw_changed` (it then waits until a day is complete: for the
first of five sources it ends at once as *skipped*), and every hour at :45 for whatever is pending.
The gates `check_…` stop it on bad data; `mart` then keeps its last good version.

| you see | do |
|---|---|
| `open_run` skipped | nothing is pending, or a day still waits for a source: `c360 status` |
| a `check_…` task failed | its message names the expectations; repair the source, trigger again |
| `up for retry` | nothing: the database was away or a lock was held |
| another task failed | read its message, repair, trigger again: the loads are still pending |
| "overtaken" | nothing: a newer run does the work |

Clearing a task repeats it safely. A run that was closed cannot publish: trigger a new one instead.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import AssetAlias, AssetOrTimeSchedule, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.conventions import RAW_CHANGED, SERIAL, at
from pipeline.order import STAGE_ORDER
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

        context = get_current_context()
        run = open_run(
            load_settings(),
            datetime.now(UTC),
            orchestrator_run_id=context["run_id"],
            only_complete_days=context["dag_run"].run_type == "asset_triggered",
        )
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

    run: Any = open_run()  # Airflow hands its value to the tasks below
    chain(run, *(run_stage.override(task_id=s)(run, s) for s in STAGE_ORDER), finish_run(run))


customer_360()
