"""The one shape of the five ingest DAGs: load what has landed, say whether raw rows changed."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.conventions import RAW_CHANGED, SERIAL, at
from settings import load_settings

RUN_BOOK = """
---
**Runs** every night for the day that ended, and looks `late_days` back for late files. A file is
loaded once, whatever number of runs sees it. A run that loads a file reports `raw_changed`, which
starts `customer_360`; a run that finds nothing new ends as *skipped*.

**History or backfill**: trigger with `{"first_day": "2026-10-01", "last_day": "2026-10-30"}`; one
run takes the whole window.

| you see | do |
|---|---|
| `load_files` skipped | nothing new has landed; check the delivery if you expected files |
| many *quarantined* in the result | `c360 quarantine list`; after a contract fix `… replay` |
| `up for retry` | nothing: the database was away or another process loads the same file |
| failed | do what the message says, clear the task; files loaded before it stay loaded |
"""


def ingest_dag(source: str, *, cron: str, doc_md: str | None) -> DAG:
    """The DAG `ingest_<source>`, its run-book `doc_md` followed by what is true of all five."""
    with DAG(
        f"ingest_{source}",
        schedule=at(cron, interval=timedelta(days=1)),
        params={
            "first_day": _day("first landing day"),
            "last_day": _day("last landing day"),
            "late_days": Param(7, type="integer", minimum=0, description="days to look back"),
        },
        tags=["customer360", "ingest", source],
        doc_md=f"{doc_md}{RUN_BOOK}",
        **SERIAL,
    ) as dag:

        @task(outlets=[RAW_CHANGED])
        def load_files() -> dict[str, int]:
            from pipeline.ingest import ingest_window
            from pipeline.window import resolve_window

            context = get_current_context()
            window = resolve_window(context["params"], context.get("data_interval_start"))
            counts = ingest_window(load_settings(), source, window, context["run_id"])
            if not counts["files"]:
                raise AirflowSkipException("nothing new has landed")
            return counts

        load_files()
    return dag


def _day(description: str) -> Param:
    return Param(None, type=["null", "string"], format="date", description=description)
