"""A server for one benchmark, with WAL and fsync as in production, removed at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from settings import Settings, load_settings
from warehouse.bootstrap import prepare_database, start_database
from warehouse.embedded import server_of
from warehouse.migrate import migrate


@contextmanager
def throw_away_database() -> Iterator[Settings]:
    """A migrated database on a server of its own, and an empty landing folder."""
    folder = Path(tempfile.mkdtemp(prefix="c360-bench-"))
    folder.chmod(0o711)
    settings = load_settings({"C360_STATE_DIR": str(folder / "state")})
    try:
        settings = start_database(settings)
        prepare_database(settings)
        migrate(settings)
        yield replace(settings, landing_dir=folder / "landing")
    finally:
        server_of(settings).remove()
        shutil.rmtree(folder, ignore_errors=True)
