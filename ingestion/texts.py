"""The JSON texts of a part of a file, and the way back from a text to its place in the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.lines import Block
from ingestion.rejects import Reject


@dataclass(frozen=True)
class Texts:
    """Records of one block as JSON texts.

    `table` has `k` (int32, from 0 without gaps), `line` (int32, index in the block) and `text`.
    `rejects` are lines that have no text. A reject of a record carries the bytes of its line,
    unless `has_own_raw`: then the record's text is kept, because its line holds other records too.
    `raw_prefix` is put before the line (the header of a CSV file), so that a reject can be parsed
    again by itself.
    """

    block: Block
    table: pa.Table
    rejects: Sequence[Reject] = ()
    has_own_raw: bool = False
    raw_prefix: bytes = b""

    @property
    def row_count(self) -> int:
        """Records and rejected lines: what the ledger counts as `rows_in`."""
        return int(self.table.num_rows) + len(self.rejects)

    def reject(self, k: int, reason: str, wrong_field: str | None) -> Reject:
        """One of the records as a reject."""
        line = int(self.table["line"][k].as_py())
        place = self.block.reject(line, reason, wrong_field)
        raw = self.table["text"][k].as_py().encode() if self.has_own_raw else place.raw
        return Reject(
            place.line_number, place.byte_offset, reason, wrong_field, self.raw_prefix + raw
        )


@dataclass
class Lines:
    """Collects the texts of a block line by line, for formats that are no JSON."""

    block: Block
    lines: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """The record of a line."""
        self.lines.append(line)
        self.texts.append(text)

    def refuse(self, line: int, reason: str) -> None:
        """A line without a record."""
        self.rejects.append(self.block.reject(line, reason))

    def as_texts(self) -> Texts:
        """What was collected."""
        table = text_table(np.array(self.lines, np.int32), pa.array(self.texts, pa.string()))
        return Texts(self.block, table, self.rejects)


def text_table(lines: npt.NDArray[np.int32], texts: pa.Array) -> pa.Table:
    """A table of the shape `Texts` wants."""
    numbers = pa.array(np.arange(len(texts), dtype=np.int32))
    return pa.table({"k": numbers, "line": pa.array(lines), "text": texts})


def readable_lines(block: Block) -> tuple[npt.NDArray[np.int32], list[Reject]]:
    """Lines that are UTF-8 without NUL, and the others as rejects."""
    reasons = _not_utf8(block) | _with_nul(block)
    rejects = [block.reject(line, reason) for line, reason in sorted(reasons.items())]
    lines = np.arange(len(block), dtype=np.int32)
    return np.delete(lines, sorted(reasons)) if reasons else lines, rejects


def line_texts(block: Block) -> Texts:
    """Every readable line as a text."""
    lines, rejects = readable_lines(block)
    if not rejects:
        return Texts(block, text_table(lines, block.texts()))
    texts = pa.array([block.line(int(line)).decode() for line in lines], pa.string())
    return Texts(block, text_table(lines, texts), rejects)


def _not_utf8(block: Block) -> dict[int, str]:
    reasons: dict[int, str] = {}
    start = 0
    view = memoryview(block.data)
    while start < len(view):
        try:
            str(view[start:], "utf-8")
        except UnicodeDecodeError as error:
            line = block.index_at(start + error.start)
            reasons[line] = "not_utf8"
            start = int(block.ends[line])
        else:
            break
    return reasons


def _with_nul(block: Block) -> dict[int, str]:
    reasons: dict[int, str] = {}
    position = block.data.find(b"\0")
    while position >= 0:
        line = block.index_at(position)
        reasons[line] = "nul_byte"
        position = block.data.find(b"\0", int(block.ends[line]))
    return reasons
