"""New files of the landing zone: there whole under their name, or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from ingestion.landed_bytes import storage_errors
from settings.landing_location import is_remote

COPY_BYTES = 5 * 1024 * 1024


def land(landing_dir: Path, place: str, chunks: Iterable[bytes]) -> Path:
    """Writes `<landing>/<place>`; when it returns the file survives a power failure.

    Locally the bytes go to `<name>.part`, are flushed to disk, and get their name by renaming.
    Object storage shows an object only when its last part has arrived. A file of that name is
    replaced.

    Raises:
        OSError: the disk is full or not writable.
        Retryable, Fatal: object storage is away, or refuses.
    """
    path = landing_dir / place
    if is_remote(path):
        with storage_errors(path), path.open("wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
        return path
    make_folder(path.parent)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    flush_folder(path.parent)
    return path


def make_folder(folder: Path) -> None:
    """Makes the folder and its parents, and flushes the entry of each new one."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Makes new and renamed entries of a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
