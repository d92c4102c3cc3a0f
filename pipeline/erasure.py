"""Erase for good: in the database, and in the landing files that it was loaded from."""

from dataclasses import dataclass
from pathlib import Path, PurePath

from identity_store.erased_records import KEPT_KINDS
from identity_store.erasure import Erasure, ErasureCounts, erase
from ingestion.erased_bytes import UNREADABLE, Eraser
from ingestion.landed_bytes import open_bytes, storage_errors
from ingestion.landing import MANIFEST_KIND
from ingestion.landing_writer import land
from settings import Settings
from settings.landing_location import file_system, is_remote


@dataclass(frozen=True, slots=True)
class FileCounts:
    """files_left: those that are damaged, so that nobody can tell what they hold."""

    files_rewritten: int
    files_left: tuple[Path, ...]


def erase_everywhere(settings: Settings, erasure: Erasure) -> tuple[ErasureCounts, FileCounts]:
    """Erase in the database, then in every landing file, archives and object storage included.

    The next run re-splits identities.

    Raises:
        Fatal: see `identity_store.erasure.erase`; then nothing was erased.
        Retryable, Fatal: object storage is away, or refuses; erased so far is the database.
    """
    counts = erase(settings, erasure)
    folder = settings.landing_dir / erasure.source if erasure.source else settings.landing_dir
    if not counts.values:
        return counts, FileCounts(0, ())
    rewritten, left = 0, []
    for path in _files(folder):
        is_kept = any(kind in path.parts for kind in KEPT_KINDS)
        with open_bytes(path) as stream:
            stored = stream.read()
        try:
            content = Eraser(counts.values, is_kept).without(PurePath(path.name), stored)
        except UNREADABLE:
            left.append(path)
            continue
        if content is not stored:
            land(path.parent, path.name, [content])
            rewritten += 1
    return counts, FileCounts(rewritten, tuple(left))


def _files(folder: Path) -> list[Path]:
    """Return the data files below a folder of the landing zone."""
    if is_remote(folder):
        file_system(folder).invalidate_cache()
    with storage_errors(folder):
        found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if MANIFEST_KIND not in path.parts]
