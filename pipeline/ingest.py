"""The ingest job: load one source over a window of landing days."""

from ingestion.window import load_window

from pipeline.window import Window
from settings import Settings


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
    counts = load_window(
        settings,
        source,
        window.first_day,
        window.last_day,
        arrival_day=window.last_day,
        orchestrator_run_id=orchestrator_run_id,
    )
    return {
        "files": counts.files,
        "rows_in": counts.rows_in,
        "loaded": counts.loaded,
        "duplicate": counts.duplicate,
        "quarantined": counts.quarantined,
    }
