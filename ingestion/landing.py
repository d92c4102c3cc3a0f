"""Which files of the landing folder, local or on object storage, are ready to be loaded.

A file counts as ready when a manifest of its day lists it, or when it has not changed for some
seconds. Names that end in `.part` are still being written, names that start with `.` or `_` are no
data.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ingestion.landed_bytes import storage_errors
from ingestion.readers import FORMATS, format_of
from settings.landing_location import file_system, is_remote

MANIFEST_KIND = "_manifest"
EMPTY_DAY_NAME = "_empty.json"
FILE_LIST_NAME = "_files.json"


@dataclass(frozen=True)
class LandedFile:
    """A ready file in its place: `<landing>/<source>/<kind>/<day>/<name>`."""

    path: Path
    kind: str
    landing_day: date


@dataclass(frozen=True)
class Readiness:
    """When a file that no manifest lists is taken for complete.

    `now_seconds` is the clock to compare modification times with; `stable_seconds` of 0 takes
    every file at once.
    """

    stable_seconds: float
    now_seconds: float


def ready_files(
    landing_dir: Path, source: str, days: tuple[date, date], readiness: Readiness
) -> Iterator[LandedFile]:
    """The ready files of the source from the first to the last of the two days, in path order.

    Raises:
        Retryable, Fatal: object storage is away, or refuses.
    """
    if is_remote(landing_dir):
        file_system(landing_dir).invalidate_cache()
    with storage_errors(landing_dir):
        yield from _ready_files(landing_dir, source, days, readiness)


def _ready_files(
    landing_dir: Path, source: str, days: tuple[date, date], readiness: Readiness
) -> Iterator[LandedFile]:
    first_day, last_day = days
    for kind_dir in _folders(landing_dir / source):
        if kind_dir.name == MANIFEST_KIND:
            continue
        for folder in _folders(kind_dir):
            day = _day_of(folder.name)
            if day is None or not first_day <= day <= last_day:
                continue
            listed = _listed_files(landing_dir / source, day)
            for path in _files(folder):
                name = f"{kind_dir.name}/{folder.name}/{path.name}"
                if name in listed or _is_stable(path, readiness):
                    yield LandedFile(path, kind_dir.name, day)


def empty_days(
    landing_dir: Path, source: str, first_day: date, last_day: date
) -> Iterator[tuple[date, Path]]:
    """Days of the window for which the source says that it has nothing."""
    for day in _days(first_day, last_day):
        manifest = landing_dir / source / MANIFEST_KIND / day.isoformat() / EMPTY_DAY_NAME
        with storage_errors(landing_dir):
            is_empty = manifest.is_file()
        if is_empty:
            yield day, manifest


def _days(first_day: date, last_day: date) -> Iterator[date]:
    for offset in range((last_day - first_day).days + 1):
        yield first_day + timedelta(days=offset)


def _folders(path: Path) -> list[Path]:
    return sorted(child for child in path.iterdir() if child.is_dir()) if path.is_dir() else []


def _day_of(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.name[0] not in "._" and format_of(path) in FORMATS
    )


def _listed_files(source_dir: Path, day: date) -> frozenset[str]:
    """What the day's manifest lists, as `<kind>/<day>/<name>`; nothing when there is none."""
    manifest = source_dir / MANIFEST_KIND / day.isoformat() / FILE_LIST_NAME
    try:
        names = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(filter(None, names)) if isinstance(names, list) else frozenset()


def _is_stable(path: Path, readiness: Readiness) -> bool:
    if readiness.stable_seconds <= 0:
        return True
    return readiness.now_seconds - path.stat().st_mtime >= readiness.stable_seconds
