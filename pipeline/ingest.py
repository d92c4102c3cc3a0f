"""The ingest job: load one source over a window of landing days."""

import logging

from ingestion.window import load_window
from pipeline.window import Window
from settings import Settings
from warehouse.kinds import late_kinds
from warehouse.stage import hold_stage

log = logging.getLogger(__name__)

ROLE = "c360_ingest"


def ingest_window(
    settings: Settings, source: str, window: Window, orchestrator_run_id: str | None = None
) -> dict[str, int]:
    """Load every eligible file of the window that is not loaded yet.

    Kinds that are silent for longer than their contract's cadence are named in the log.

    Returns:
        Counts: files, rows_in, loaded, duplicate, quarantined.

    Raises:
        Retryable: the database is away, or another process loads the same file.
        Fatal: a contract is broken, or the disk is full.
    """
    # While the stage is held, no day is taken for complete: the source is still delivering.
    stage = f"ingest:{source}:{window.first_day}:{window.last_day}"
    with hold_stage(settings, stage, role=ROLE) as fence:
        loaded = load_window(
            settings,
            source,
            window.first_day,
            window.last_day,
            arrival_day=window.last_day,
            orchestrator_run_id=orchestrator_run_id,
        )
        counts = {
            "files": loaded.files,
            "rows_in": loaded.rows_in,
            "loaded": loaded.loaded,
            "duplicate": loaded.duplicate,
            "quarantined": loaded.quarantined,
        }
        fence.counts.update(counts)
    for late in late_kinds(settings, source):
        log.warning(
            "%s/%s is late: %s, but the newest file is of %s (%s days silent); ask the sender, or"
            " write an empty-day manifest",
            *(late.source, late.kind, late.cadence, late.newest_day, late.days_silent),
        )
    return counts
