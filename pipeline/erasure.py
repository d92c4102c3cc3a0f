"""Erase for good: in the database, and in the landing files that it was loaded from."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from identity_store.erased_records import KEPT_KINDS
from identity_store.erasure import Erasure, ErasureCounts, erase
from settings import Settings

_BY_LINE = {".jsonl", ".csv", ".xml"}
_OPAQUE = {".parquet"}


@dataclass(frozen=True, slots=True)
class FileCounts:
    """files_left: those that hold a value but cannot be rewritten here; erase them by hand."""

    files_rewritten: int
    files_left: tuple[Path, ...]


def erase_everywhere(settings: Settings, erasure: Erasure) -> tuple[ErasureCounts, FileCounts]:
    """Erase in the database, then in every landing file. The next run re-splits identities.

    Raises:
        Fatal: see `identity_store.erasure.erase`; then nothing was erased.
    """
    counts = erase(settings, erasure)
    values = [value.encode() for value in counts.values]
    folder = settings.landing_dir / erasure.source if erasure.source else settings.landing_dir
    rewritten, left = 0, []
    for path, content in _files_with(folder, values):
        if _suffix(path) in _OPAQUE:
            left.append(path)
        else:
            _write(path, _without(path, content, values))
            rewritten += 1
    return counts, FileCounts(rewritten, tuple(left))


def _files_with(folder: Path, values: list[bytes]) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "_manifest" not in path.parts:
            with pa.input_stream(path, compression="detect") as stream:
                content = stream.read()
            if any(value in content for value in values):
                yield path, content


def _without(path: Path, content: bytes, values: list[bytes]) -> bytes:
    """Drop the lines with a value; of kinds that must be kept, only the values themselves."""
    is_kept = any(kind in path.parts for kind in KEPT_KINDS)
    if is_kept or _suffix(path) not in _BY_LINE:
        for value in sorted(values, key=len, reverse=True):
            content = content.replace(value, b"erased")
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not any(value in line for value in values))


def _write(path: Path, content: bytes) -> None:
    """Replace the file at once, so that no reader sees half of it."""
    part = path.with_name(path.name + ".part")
    if path.suffix == ".gz":
        part.write_bytes(gzip.compress(content, mtime=0))
    elif path.suffix == ".zst":
        with pa.CompressedOutputStream(str(part), "zstd") as stream:
            stream.write(content)
    else:
        part.write_bytes(content)
    part.replace(path)


def _suffix(path: Path) -> str:
    plain = path.with_suffix("") if path.suffix in {".gz", ".zst"} else path
    return plain.suffix
