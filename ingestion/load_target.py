"""One load in progress: takes pieces, counts them, closes the ledger row.

While the server takes one piece, the next is read and parsed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Contract
from ingestion.pieces import Piece
from ingestion.rejects import Reject
from ingestion.session import Session
from ingestion.write_behind import WriteBehind
from warehouse.faults import fault_point
from warehouse.load_ledger import LandingFile, LoadCounts, close_load
from warehouse.quarantined_lines import QuarantinedLine, quarantine_lines
from warehouse.raw_records import (
    KnownRowError,
    RecordOrigin,
    copy_rows,
    delete_superseded,
    keep_window,
    known_rows,
)


@dataclass(frozen=True)
class FileCounts:
    """What became of one file. `load_id` is the earlier load's if `is_already_loaded`."""

    load_id: int
    rows_in: int = 0
    loaded: int = 0
    duplicate: int = 0
    quarantined: int = 0
    dropped_identifiers: int = 0
    is_already_loaded: bool = False


@dataclass
class LoadTarget:
    """Takes the pieces of one file, in the caller's transaction on `session.loads`."""

    session: Session
    contract: Contract
    file: LandingFile
    origin: RecordOrigin
    _loaded: int = field(default=0, init=False)
    _quarantined: int = field(default=0, init=False)
    _expects_known: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """A window that is written anew holds most of what it held before."""
        self._expects_known = self._replaces_window

    def load(self, pieces: Iterable[Piece]) -> FileCounts:
        """Everything the pieces hold; the caller's transaction commits it.

        Raises:
            DeadlockError: another load brings the same records; nothing of this one may be kept.
        """
        rows_in = dropped = 0
        with WriteBehind(self._write) as write:
            for piece in pieces:
                rows_in += piece.row_count
                dropped += piece.dropped_identifiers
                write(piece)
        fault_point("ingest_after_copy")
        if self._replaces_window:
            delete_superseded(self.session.loads, self.origin)
        fault_point("ingest_after_insert")
        duplicate = rows_in - self._loaded - self._quarantined
        counts = LoadCounts(rows_in, self._loaded, duplicate, self._quarantined)
        close_load(self.session.loads, self.origin.load_id, counts)
        return FileCounts(self.origin.load_id, **vars(counts), dropped_identifiers=dropped)

    @property
    def _replaces_window(self) -> bool:
        return self.contract.load_mode == "replace_window"

    def _write(self, piece: Piece) -> None:
        refused: list[int] = []
        if piece.rows.num_rows:
            refused = self._copy(_first_of_each_key(piece.rows))
            if self._replaces_window:
                keep_window(self.session.loads, _without(piece.rows, refused))
        self._quarantine([*piece.rejects, *map(piece.refused, refused)])

    def _copy(self, rows: pa.Table) -> list[int]:
        """Copies what is not there yet; gives `k` of rows the server refuses after all.

        Looking every key up costs as much as the copy, and most files bring nothing twice: so keys
        are looked up from the first on that the unique index refused.
        """
        refused: list[int] = []
        while rows.num_rows:
            if self._expects_known:
                known = known_rows(self.session.loads, self.origin, rows)
                rows = rows.take(np.delete(np.arange(rows.num_rows), known)) if len(known) else rows
                if not rows.num_rows:
                    break
            try:
                place = copy_rows(self.session.loads, self.origin, rows, self._loaded + 1)
            except KnownRowError:
                self._expects_known = True
                continue
            if place is None:
                self._loaded += rows.num_rows
                break
            refused.append(rows["k"][place].as_py())
            rows = _without(rows, refused[-1:])
        return refused

    def _quarantine(self, rejects: Sequence[Reject]) -> None:
        if rejects:
            lines = (
                QuarantinedLine(r.line_number, r.byte_offset, r.reason, r.field, r.hint, r.raw)
                for r in rejects
            )
            quarantine_lines(self.session.loads, self.origin.load_id, self.file.file_hash, lines)
            self._quarantined += len(rejects)


def _first_of_each_key(rows: pa.Table) -> pa.Table:
    """The rows without those whose key an earlier one has."""
    if pc.count_distinct(rows["content_hash"]).as_py() == rows.num_rows:
        return rows
    keys = rows.select(["event_day", "source_key", "content_hash"]).to_pylist()
    first: dict[tuple[object, ...], int] = {}
    for place, key in enumerate(keys):
        first.setdefault(tuple(key.values()), place)
    return rows.take(list(first.values()))


def _without(rows: pa.Table, ks: Sequence[int]) -> pa.Table:
    if not ks:
        return rows
    return rows.filter(pa.array(~np.isin(rows["k"].to_numpy(), ks)))
