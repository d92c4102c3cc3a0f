"""Closed journals to landing files, also those that a killed process left behind.

A journal's landing files are named after it. When a process dies between landing and removing the
journal, the next one writes the same bytes under the same names: nothing doubles.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ingestion.landing_writer import land
from ingestion.receiver.journal import SUFFIX, owned, read_entries

DAMAGED_SUFFIX = ".damaged"
log = logging.getLogger(__name__)


def deliver_all(folder: Path, landing_dir: Path) -> int:
    """Delivers every journal of the folder that no living process writes to; counts the pushes.

    Raises:
        OSError: the landing folder is full or not writable; the journals stay.
        Retryable, Fatal: object storage is away, or refuses; the journals stay.
    """
    return sum(deliver(path, landing_dir) for path in _journals(folder))


def deliver(path: Path, landing_dir: Path) -> int:
    """Delivers one journal and removes it; 0 when another process has it. Raises as above."""
    with owned(path) as is_mine:
        if not is_mine:
            return 0
        lines: dict[str, list[bytes]] = defaultdict(list)
        torn = 0
        for entry in read_entries(path):
            if entry is None:
                torn += 1
            else:
                name = f"{path.name.removesuffix(SUFFIX)}.{entry.file_format}"
                lines[f"{entry.place}/{entry.day}/{name}"].append(entry.line)
        for place, texts in lines.items():
            land(landing_dir, place, (text + b"\n" for text in texts))
        _remove(path, torn)
    return sum(map(len, lines.values()))


def _remove(path: Path, torn: int) -> None:
    """A torn last line was never answered; more than one means a damaged disk: keep the file."""
    if torn > 1:
        log.error("%s: %d lines are damaged; kept as %s", path.name, torn, DAMAGED_SUFFIX)
        path.replace(path.with_suffix(DAMAGED_SUFFIX))
    else:
        path.unlink()


def _journals(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else [])
