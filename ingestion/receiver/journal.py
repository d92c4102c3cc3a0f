"""An append-only file that many requests share: one flush to disk for all that wait.

Every entry is a line with a checksum, so that after a crash whole entries can be told from torn
ones. A writer holds a lock on its file as long as it lives.
"""

import asyncio
import fcntl
import os
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.landing_writer import flush_folder, make_folder

SUFFIX = ".journal"
GATHER_SECONDS = 0.004
MAX_SECONDS = 4.0


class JournalFullError(Exception):
    """More waits to be written than the journal takes; the sender has to come again."""


@dataclass(frozen=True)
class Entry:
    """One push on its way: `<source>/<kind>`, the file's format, the landing day, the line."""

    place: str
    file_format: str
    day: str
    line: bytes

    def encoded(self) -> bytes:
        """The entry as a line of the journal."""
        payload = b"%s %s %s %s" % (
            self.place.encode(), self.file_format.encode(), self.day.encode(), self.line
        )  # fmt: skip
        return b"%08x %s\n" % (zlib.crc32(payload), payload)


class Journal:
    """The journal of one process; its file changes at each `rotate`."""

    def __init__(
        self, folder: Path, name: str, *, max_waiting_bytes: int, max_seconds: float = MAX_SECONDS
    ) -> None:
        """Writes `<folder>/<name>-<number>.journal`; a flush of `max_seconds` has failed."""
        make_folder(folder)
        self._folder = folder
        self._name = name
        self._max_waiting_bytes = max_waiting_bytes
        self._max_seconds = max_seconds
        self._number = 0
        self._descriptor = -1
        self._durable_bytes = 0
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._waiting_bytes = 0
        self._writer: asyncio.Task[None] | None = None
        # The one thread that touches the file, so writing and rotating never overlap.
        self._thread = ThreadPoolExecutor(1, "journal")

    @property
    def size_bytes(self) -> int:
        """Bytes on disk since the last rotation."""
        return self._durable_bytes

    def append(self, entry: Entry) -> "asyncio.Future[None]":
        """A future that is done when the entry is on disk, and fails when it did not get there.

        It fails with `OSError`, `TimeoutError` when the disk took too long.

        Raises:
            JournalFullError: too much is waiting already.
        """
        data = entry.encoded()
        if self._waiting_bytes + len(data) > self._max_waiting_bytes:
            raise JournalFullError
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((data, future))
        self._waiting_bytes += len(data)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write_waiting())
        return future

    async def rotate(self) -> Path | None:
        """Closes the file and gives its path; None when nothing was written to it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._close_file)

    async def close(self) -> Path | None:
        """Waits for what is being written and closes for good."""
        if self._writer is not None:
            await self._writer
        path = await self.rotate()
        self._thread.shutdown()
        return path

    async def _write_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            # Far below what a sender notices, and a flush for many costs what one for one does.
            await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting, self._waiting_bytes = self._waiting, [], 0
            data = b"".join(entry for entry, _ in batch)
            too_late = loop.call_later(self._max_seconds, _settle_all, batch, TimeoutError())
            try:
                await loop.run_in_executor(self._thread, self._write, data)
            except OSError as error:
                _settle_all(batch, error)
            else:
                _settle_all(batch, None)
            finally:
                too_late.cancel()

    def _write(self, data: bytes) -> None:
        if self._descriptor < 0:
            self._open_file()
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
            os.fdatasync(self._descriptor)
        except OSError:
            # What a failed flush left on disk is unknown, so nothing is added after it.
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._durable_bytes)
            self._close_file()
            raise
        self._durable_bytes += len(data)

    def _open_file(self) -> None:
        self._number += 1
        path = self._path()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        flush_folder(self._folder)
        self._durable_bytes = 0

    def _close_file(self) -> Path | None:
        if self._descriptor < 0:
            return None
        os.close(self._descriptor)
        self._descriptor = -1
        self._durable_bytes = 0
        return self._path()

    def _path(self) -> Path:
        return self._folder / f"{self._name}-{self._number:06}{SUFFIX}"


def read_entries(path: Path) -> Iterator[Entry | None]:
    """The entries of a closed journal; None for each line that is no whole entry."""
    with path.open("rb") as stream:
        for line in stream:
            yield _decoded(line)


@contextmanager
def owned(path: Path) -> Iterator[bool]:
    """Holds a journal that nobody writes to any more; tells whether it could be had."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        yield _is_free(descriptor)
    finally:
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # Another process may have delivered and removed it since it was opened.
    return os.fstat(descriptor).st_nlink > 0


def _decoded(line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    checksum, _, payload = line[:-1].partition(b" ")
    try:
        is_whole = int(checksum, 16) == zlib.crc32(payload)
        place, file_format, day, document = payload.split(b" ", 3)
    except ValueError:
        return None
    if not is_whole:
        return None
    return Entry(place.decode(), file_format.decode(), day.decode(), document)


def _settle_all(batch: list[tuple[bytes, "asyncio.Future[None]"]], error: OSError | None) -> None:
    for _, future in batch:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
