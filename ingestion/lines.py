"""Bytes of a file to blocks of whole lines; each block is at most `BLOCK_BYTES` long."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.landed_bytes import open_bytes
from ingestion.rejects import Reject

BLOCK_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024
KEPT_OF_LONG_LINE_BYTES = 64 * 1024

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEWLINE = 10


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file.

    `ends[k]` is where line k ends in `data`, its line feed included. `first_line` counts from 1,
    `first_offset` from 0 in the uncompressed file.
    """

    data: bytes
    ends: npt.NDArray[np.int32]
    first_line: int
    first_offset: int

    def __len__(self) -> int:
        """The number of lines."""
        return len(self.ends)

    def texts(self) -> pa.StringArray:
        """The lines without copying them; only for a block that is valid UTF-8."""
        return pa.StringArray.from_buffers(
            len(self.ends), pa.py_buffer(self._starts_and_end()), pa.py_buffer(self.data)
        )

    def line(self, index: int) -> bytes:
        """The bytes of one line without its line end."""
        start = int(self.ends[index - 1]) if index else 0
        return self.data[start : self.ends[index]].rstrip(b"\r\n")

    def reject(self, index: int, reason: str, field: str | None = None) -> Reject:
        """That line as a reject."""
        start = int(self.ends[index - 1]) if index else 0
        return Reject(
            self.first_line + index, self.first_offset + start, reason, field, self.line(index)
        )

    def index_at(self, position: int) -> int:
        """The line that holds the byte at `position` of `data`."""
        return int(np.searchsorted(self.ends, position, side="right"))

    def _starts_and_end(self) -> npt.NDArray[np.int32]:
        return np.concatenate([np.zeros(1, np.int32), self.ends])


def open_chunks(path: Path) -> Iterator[bytes]:
    """The uncompressed bytes of a file, a chunk at a time.

    Raises:
        EOFError, OSError, zlib.error: the compressed stream is cut or damaged, after the bytes
            that could be read were given.
        Retryable, Fatal: object storage is away, or refuses.
    """
    if path.suffix == ".gz":
        with open_bytes(path) as stored, gzip.open(stored) as stream:
            while chunk := stream.read1(CHUNK_BYTES):
                yield chunk
    elif path.suffix == ".zst":
        with (
            open_bytes(path) as stored,
            pa.CompressedInputStream(pa.PythonFile(stored, "r"), "zstd") as stream,
        ):
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    else:
        with open_bytes(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk


def split(
    chunks: Iterable[bytes], first_line: int = 1, first_offset: int = 0
) -> Iterator[Block | Reject]:
    """Blocks of whole lines; a line longer than a block, or a damaged end, comes as a reject.

    A byte order mark at the very beginning is no part of the first line.
    """
    splitter = _Splitter(first_line, first_offset)
    try:
        for chunk in chunks:
            yield from splitter.feed(chunk)
    except (EOFError, OSError, zlib.error):
        yield from splitter.finish(is_cut=True)
    else:
        yield from splitter.finish(is_cut=False)


class _Splitter:
    def __init__(self, first_line: int, first_offset: int) -> None:
        self._buffer = bytearray()
        self._line = first_line
        self._offset = first_offset
        self._long_line: Reject | None = None
        self._is_at_start = True

    def feed(self, chunk: bytes) -> Iterator[Block | Reject]:
        self._buffer += chunk
        if self._is_at_start and len(self._buffer) >= len(_BYTE_ORDER_MARK):
            self._drop_byte_order_mark()
        while len(self._buffer) > BLOCK_BYTES:
            end = self._buffer.rfind(b"\n", 0, BLOCK_BYTES) + 1
            if self._long_line is None and end:
                yield self._take(end)
            else:
                yield from self._skip_long_line()

    def finish(self, *, is_cut: bool) -> Iterator[Block | Reject]:
        if self._is_at_start:
            self._drop_byte_order_mark()
        if self._long_line is not None:
            yield from self._skip_long_line()
        if self._long_line is not None:
            yield self._long_line
            self._line += 1
            self._long_line = None
        whole = self._buffer.rfind(b"\n") + 1 if is_cut else len(self._buffer)
        if whole:
            yield self._take(whole)
        if is_cut:
            yield Reject(self._line, self._offset, "cut_file", None, bytes(self._buffer))

    def _drop_byte_order_mark(self) -> None:
        self._is_at_start = False
        if self._buffer.startswith(_BYTE_ORDER_MARK):
            del self._buffer[: len(_BYTE_ORDER_MARK)]
            self._offset += len(_BYTE_ORDER_MARK)

    def _take(self, length: int) -> Block:
        data = bytes(self._buffer[:length])
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE).astype(np.int32) + 1
        if data[-1] != _NEWLINE:
            ends = np.append(ends, np.int32(len(data)))
        block = Block(data, ends.astype(np.int32), self._line, self._offset)
        self._advance(length, len(ends))
        return block

    def _skip_long_line(self) -> Iterator[Reject]:
        if self._long_line is None:
            kept = bytes(self._buffer[:KEPT_OF_LONG_LINE_BYTES])
            self._long_line = Reject(self._line, self._offset, "line_too_long", None, kept)
        end = self._buffer.find(b"\n") + 1
        if not end:
            self._advance(len(self._buffer), 0)
            return
        self._advance(end, 1)
        yield self._long_line
        self._long_line = None

    def _advance(self, length: int, lines: int) -> None:
        del self._buffer[:length]
        self._offset += length
        self._line += lines
