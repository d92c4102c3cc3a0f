"""The chain: from pending loads to one published version, with or without Airflow."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pipeline.ingest import ingest_window
from pipeline.order import STAGE_ORDER
from pipeline.sources import loaded_sources
from pipeline.stages import run_stage
from pipeline.window import Window
from settings import Settings, enabled_sources
from warehouse import runs
from warehouse.days import close_days, close_window
from warehouse.pending_work import read_pending_work
from warehouse.stage import hold_stage
from warehouse.upkeep import analyze_raw

__all__ = ["finish_run", "open_run", "run_chain", "run_stage"]

ROLE = "c360_publish"


def open_run(
    settings: Settings,
    run_at: datetime,
    orchestrator_run_id: str | None = None,
    *,
    only_complete_days: bool = False,
) -> dict[str, Any] | None:
    """Close the days that are complete and take every pending load; None when nothing is to do.

    With `only_complete_days` loads of a day that is still arriving wait, and so does everything
    while a source is being loaded: what five sources deliver together makes one run, not five.
    """
    if not read_pending_work(settings).is_loading:
        close_days(settings, enabled_sources(settings.config_dir))
    work = read_pending_work(settings)
    if not (work.is_complete_day if only_complete_days else work.is_anything):
        return None
    analyze_raw(settings)
    run = runs.open_run(settings, run_at=run_at, orchestrator_run_id=orchestrator_run_id)
    return {"run_id": run.run_id, "as_of": str(run.as_of), "loads": len(run.load_ids)}


def finish_run(settings: Settings, run_id: int) -> dict[str, Any]:
    """Whether loads came meanwhile that this run did not take."""
    return {"pending": runs.has_pending_loads(settings, beyond_run=run_id)}


def run_chain(
    settings: Settings,
    run_at: datetime,
    *,
    window: Window | None = None,
    close: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any] | None:
    """The whole product without Airflow: ingest a window, then every stage, under one lock.

    `close` declares the window's days complete, whatever was delivered. Returns the run with the
    counts of each stage, or None when nothing was to do. `progress` gets the name of each step.

    Raises:
        Retryable: the database is away, or another chain holds the lock.
        GateClosed: a gate found bad data; the run is marked blocked.
        Fatal: a person has to act; the run is marked failed.
    """
    with hold_stage(settings, "chain", role=ROLE):
        if window:
            _ingest_all(settings, window, progress)
        if window and close:
            close_window(settings, window.first_day, window.last_day, "backfill")
        run = open_run(settings, run_at)
        if run is None:
            return None
        for stage in STAGE_ORDER:
            progress(stage)
            run[stage] = run_stage(settings, run["run_id"], stage)
        return run | finish_run(settings, run["run_id"])


def _ingest_all(settings: Settings, window: Window, progress: Callable[[str], None]) -> None:
    for source in loaded_sources(settings):
        progress(f"ingest {source}")
        ingest_window(settings, source, window)
