"""One landing file to `raw.record`, `ops.quarantine` and one ledger row, in one transaction.

Every line is loaded, a duplicate or quarantined: `rows_in = loaded + duplicate + quarantined`.
The same bytes at the same path are loaded once for ever; the same bytes elsewhere, re-compressed,
or as a part of a file that grew, are counted as duplicates line by line.

Identifiers get their numbers on a second connection that commits at once, so a long load holds no
lock others wait for. A load that fails afterwards leaves at most numbers nothing points to.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.contract import Contract
from ingestion.expressions import path_keys
from ingestion.landed_bytes import open_bytes
from ingestion.pieces import Piece, parse_parts
from ingestion.readers import read_texts
from ingestion.rejects import Reject
from ingestion.session import Session, open_session
from settings import Settings
from warehouse.faults import fault_point
from warehouse.load_ledger import LandingFile, LoadCounts, close_load, find_load, open_load
from warehouse.quarantined_lines import QuarantinedLine, quarantine_lines
from warehouse.raw_records import (
    RecordOrigin,
    delete_superseded,
    insert_staged,
    stage_rows,
)
from warehouse.stage import lock_transaction


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


@dataclass(frozen=True)
class Delivery:
    """A landing file and the days it counts for.

    `landing_day` is the day of its folder, `arrival_day` the logical date of the load.
    """

    path: Path
    landing_day: date
    arrival_day: date
    orchestrator_run_id: str | None = None


def load_file(
    settings: Settings,
    path: Path,
    contract: Contract,
    *,
    arrival_day: date,
    landing_day: date,
) -> FileCounts:
    """Loads one file; loading it again changes nothing.

    Raises:
        Retryable: the database is away or busy; nothing of the file is loaded.
        Fatal: a person has to act; nothing of the file is loaded.
    """
    with open_session(settings) as session:
        return load_delivery(session, Delivery(path, landing_day, arrival_day), contract)


def load_delivery(session: Session, delivery: Delivery, contract: Contract) -> FileCounts:
    """The same on an open session."""
    file = describe(session.settings, delivery, contract)
    return load_pieces(session, delivery, contract, file, read_pieces(session, delivery, contract))


def read_pieces(session: Session, delivery: Delivery, contract: Contract) -> Iterator[Piece]:
    """The file's pieces, a block at a time, so that its size does not matter."""
    for part in read_texts(session.engine, delivery.path, contract):
        yield from parse_parts(session, contract, delivery.arrival_day, [part])


def load_pieces(
    session: Session,
    delivery: Delivery,
    contract: Contract,
    file: LandingFile,
    pieces: Iterable[Piece],
) -> FileCounts:
    """Loads the pieces of a file in one transaction, unless exactly this file is loaded already."""
    with session.loads.transaction():
        lock_transaction(session.loads, f"ingest:{file.source}:{file.kind}:{file.path}")
        known = find_load(session.loads, file)
        if known is not None:
            return FileCounts(known, is_already_loaded=True)
        load_id = open_load(
            session.loads,
            file,
            arrival_day=delivery.arrival_day,
            contract_version=contract.version,
            orchestrator_run_id=delivery.orchestrator_run_id,
        )
        fault_point("ingest_after_open")
        counts = LoadTarget(session, contract, file, load_id).load(pieces)
        fault_point("ingest_before_commit")
    fault_point("ingest_after_commit")
    return counts


def path_in_zone(settings: Settings, path: Path) -> str:
    """The path as the ledger writes it: below the landing zone."""
    path, landing = path.resolve(), settings.landing_dir.resolve()
    return (path.relative_to(landing) if path.is_relative_to(landing) else path).as_posix()


def describe(settings: Settings, delivery: Delivery, contract: Contract) -> LandingFile:
    """The delivery's identity: path below the landing folder, hash and size."""
    with open_bytes(delivery.path) as stream:
        file_hash = hashlib.file_digest(stream, "sha256").digest()
        size_bytes = stream.tell()
    return LandingFile(
        source=contract.source,
        kind=contract.kind,
        path=path_in_zone(settings, delivery.path),
        file_hash=file_hash,
        size_bytes=size_bytes,
        landing_day=delivery.landing_day,
        is_window=contract.load_mode == "replace_window",
    )


@dataclass(frozen=True)
class LoadTarget:
    """One load in progress: takes pieces, counts them, closes the ledger row."""

    session: Session
    contract: Contract
    file: LandingFile
    load_id: int

    def load(self, pieces: Iterable[Piece]) -> FileCounts:
        """Everything the pieces hold; the caller's transaction commits it."""
        rows_in = staged = dropped = 0
        for piece in pieces:
            refused = self._copy(piece)
            self._quarantine([*piece.rejects, *refused])
            rows_in += piece.row_count
            staged += len(piece.rows) - len(refused)
            dropped += piece.dropped_identifiers
        fault_point("ingest_after_copy")
        loaded = self._insert()
        fault_point("ingest_after_insert")
        counts = LoadCounts(rows_in, loaded, staged - loaded, rows_in - staged)
        close_load(self.session.loads, self.load_id, counts)
        return FileCounts(self.load_id, **vars(counts), dropped_identifiers=dropped)

    def _copy(self, piece: Piece) -> list[Reject]:
        """Copies the rows; lines the server refuses after all are given back, one by one."""
        refused = []
        start, stop = 0, len(piece.rows)
        while start < stop:
            index = stage_rows(self.session.loads, piece.rows.chunks(start, stop))
            if index is None:
                break
            refused.append(piece.refused(start + index))
            if index:
                stage_rows(self.session.loads, piece.rows.chunks(start, start + index))
            start += index + 1
        return refused

    def _insert(self) -> int:
        origin = RecordOrigin(
            self.contract.source,
            self.contract.kind,
            self.file.path,
            self.load_id,
            [path_keys(path) for path in self.contract.transport_fields],
        )
        loaded = insert_staged(self.session.loads, origin)
        if self.contract.load_mode == "replace_window":
            delete_superseded(self.session.loads, origin)
        return loaded

    def _quarantine(self, rejects: Sequence[Reject]) -> None:
        if rejects:
            lines = (
                QuarantinedLine(r.line_number, r.byte_offset, r.reason, r.field, r.hint, r.raw)
                for r in rejects
            )
            quarantine_lines(self.session.loads, self.load_id, self.file.file_hash, lines)
