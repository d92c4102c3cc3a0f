"""One landing file to `raw.record`, `ops.quarantine` and one ledger row, in one transaction.

Every line is loaded, a duplicate or quarantined: `rows_in = loaded + duplicate + quarantined`.
The same bytes at the same path are loaded once for ever; the same bytes elsewhere, re-compressed,
or as a part of a file that grew, are counted as duplicates line by line.

Identifiers get their numbers on a second connection that commits at once, so a long load holds no
lock others wait for. A load that fails afterwards leaves at most numbers nothing points to.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.contract import Contract
from ingestion.landed_bytes import open_bytes
from ingestion.load_target import FileCounts, LoadTarget
from ingestion.pieces import Piece, parse_parts
from ingestion.read_ahead import made_ahead
from ingestion.readers import read_texts
from ingestion.rejects import Reject
from ingestion.session import Session, open_session
from ingestion.texts import Texts
from settings import Settings
from warehouse.faults import fault_point
from warehouse.load_ledger import LandingFile, open_load
from warehouse.raw_records import DeadlockError, RecordOrigin, lock_load

PARSERS = 2
"""Threads that parse one file. Half of the work is outside of Python's lock, or is the server's."""


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
    return load_pieces(
        session, delivery, contract, file, lambda: read_pieces(session, delivery, contract)
    )


def read_pieces(session: Session, delivery: Delivery, contract: Contract) -> Iterator[Piece]:
    """The file's pieces, a block at a time, so that its size does not matter."""
    parts = read_texts(session.engine, delivery.path, contract)

    def parse(part: Texts | Reject) -> Piece:
        (piece,) = parse_parts(session, contract, delivery.arrival_day, [part])
        return piece

    yield from made_ahead(parse, parts, at_once=PARSERS)


def load_pieces(
    session: Session,
    delivery: Delivery,
    contract: Contract,
    file: LandingFile,
    pieces: Callable[[], Iterable[Piece]],
) -> FileCounts:
    """Loads the pieces of a file in one transaction, unless exactly this file is loaded already.

    `pieces` is called again when a load beside this one brought the same records and won.
    """
    load = _Load(session, delivery, contract, file)
    try:
        with _closed(pieces()) as some:
            counts = load.run(some, is_alone=False)
    except DeadlockError:
        with _closed(pieces()) as some:
            counts = load.run(some, is_alone=True)
    if not counts.is_already_loaded:
        fault_point("ingest_after_commit")
    return counts


@contextmanager
def _closed(pieces: Iterable[Piece]) -> Iterator[Iterable[Piece]]:
    """Pieces that are not made any more at the end: after an error parsers are still at work."""
    try:
        yield pieces
    finally:
        if isinstance(pieces, Generator):
            pieces.close()


@dataclass(frozen=True)
class _Load:
    session: Session
    delivery: Delivery
    contract: Contract
    file: LandingFile

    def run(self, pieces: Iterable[Piece], *, is_alone: bool) -> FileCounts:
        conn, file = self.session.loads, self.file
        with conn.transaction():
            lock_load(conn, file.source, file.kind, file.path, is_alone=is_alone)
            load = open_load(
                conn,
                file,
                arrival_day=self.delivery.arrival_day,
                contract_version=self.contract.version,
                orchestrator_run_id=self.delivery.orchestrator_run_id,
            )
            if not load.is_new:
                return FileCounts(load.load_id, is_already_loaded=True)
            fault_point("ingest_after_open")
            origin = RecordOrigin(file.source, file.kind, file.path, load.load_id)
            counts = LoadTarget(self.session, self.contract, file, origin).load(pieces)
            fault_point("ingest_before_commit")
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
