"""The ingest job: load one source over a window of landing days."""

from ingestion.window import load_window
from pipeline.window import Window
from settings import Settings
from warehouse.stage import hold_stage

ROLE = "c360_ingest"


def ingest_window(
    settings: Settings, source: str, window: Window, orchestrator_run_id: str | None = None
) -> dict[str, int]:
    """Load every eligible file of the window that is not loaded yet.

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
    return counts
