"""What people do with quarantined lines: look, load again after a fix, or put aside.

**Replay and the ledger.** The original load keeps its counts for ever: it did quarantine these
lines. A replay is a load of its own (path `quarantine:<load id>`), whose `rows_in`
are the records of the lines that can be loaded now. A line that is still wrong stays open where it
is; only bad items of a page whose other items are good now are quarantined anew, by the replay's
load. So the law holds for every load, nothing is counted twice, and the new load is pending like
any other: the next run of the chain takes it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import PurePath

from ingestion.contract import Contract, load_contract
from ingestion.contract_places import contract_dirs
from ingestion.load_target import FileCounts, LoadTarget
from ingestion.pieces import Piece, parse_parts
from ingestion.readers import RawPlace, format_of, read_raw
from ingestion.session import ROLE, Session, open_session
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal
from warehouse.load_ledger import LandingFile, open_load
from warehouse.quarantined_lines import (
    OpenLine,
    QuarantineGroup,
    close_lines,
    open_groups,
    open_lines,
)
from warehouse.raw_records import RecordOrigin, lock_load
from warehouse.stage import lock_transaction

PORTION_BYTES = 4 * 1024 * 1024
PORTION_LINES = 5_000


@dataclass(frozen=True)
class ReplayCounts:
    """What a replay did. `load_id` is None when no line could be loaded."""

    load_id: int | None
    replayed: int
    still_open: int
    loaded: int = 0
    duplicate: int = 0


def list_groups(settings: Settings) -> list[QuarantineGroup]:
    """Open lines by load, reason and field; nothing of their content."""
    with connect(settings, ROLE, stage="quarantine") as conn:
        return open_groups(conn)


def show(settings: Settings, load_id: int, *, reason_code: str | None = None) -> list[OpenLine]:
    """The open lines of a load with their bytes: personal data, for the eyes of who fixes them."""
    with connect(settings, ROLE, stage="quarantine") as conn:
        return open_lines(conn, load_id, reason_code=reason_code)


def discard(
    settings: Settings, load_id: int, *, because: str, reason_code: str | None = None
) -> int:
    """Puts open lines aside for good, with a reason; gives their number.

    Raises:
        Fatal: no reason was given.
    """
    if not because.strip():
        raise Fatal("say why these lines may be discarded")
    with connect(settings, ROLE, stage="quarantine") as conn:
        lines = open_lines(conn, load_id, reason_code=reason_code)
        ids = [line.quarantine_id for line in lines]
        return close_lines(conn, ids, "discarded", because=because)


def replay(
    settings: Settings, load_id: int, *, arrival_day: date, reason_code: str | None = None
) -> ReplayCounts:
    """Parses the open lines of a load again with the contract as it is now.

    Lines that are good now are loaded, and only those; replaying again finds nothing to do.

    Raises:
        Fatal: the kind has no contract any more.
    """
    with open_session(settings) as session, session.loads.transaction():
        lock_transaction(session.loads, f"replay:{load_id}")
        lines = open_lines(session.loads, load_id, reason_code=reason_code)
        if not lines:
            return ReplayCounts(None, 0, 0)
        dirs = contract_dirs(settings.config_dir)
        contract = load_contract(lines[0].source, lines[0].kind, *dirs)
        good = [
            (line, pieces)
            for some in _portions(lines)
            for line, pieces in _parsed(session, contract, arrival_day, some)
            if any(piece.rows.num_rows for piece in pieces)
        ]
        if not good:
            return ReplayCounts(None, 0, len(lines))
        counts = _load(session, contract, arrival_day, good)
        return ReplayCounts(
            counts.load_id, len(good), len(lines) - len(good), counts.loaded, counts.duplicate
        )


def _portions(lines: Sequence[OpenLine]) -> Iterator[list[OpenLine]]:
    """The lines in runs that are parsed together."""
    portion: list[OpenLine] = []
    for line in lines:
        portion.append(line)
        if sum(len(held.raw) for held in portion) >= PORTION_BYTES or len(portion) == PORTION_LINES:
            yield portion
            portion = []
    if portion:
        yield portion


def _parsed(
    session: Session, contract: Contract, arrival_day: date, lines: Sequence[OpenLine]
) -> Iterator[tuple[OpenLine, list[Piece]]]:
    """Each line with what it holds now."""
    parts = [list(read_raw(session.engine, line.raw, contract, _place(line))) for line in lines]
    pieces = iter(parse_parts(session, contract, arrival_day, [p for some in parts for p in some]))
    for line, some in zip(lines, parts, strict=True):
        yield line, list(islice(pieces, len(some)))


def _place(line: OpenLine) -> RawPlace:
    return RawPlace(format_of(PurePath(line.path)), line.line_number, line.byte_offset)


def _load(
    session: Session,
    contract: Contract,
    arrival_day: date,
    good: Sequence[tuple[OpenLine, list[Piece]]],
) -> FileCounts:
    content = hashlib.sha256()
    for line, _ in good:
        content.update(f"{line.quarantine_id}:{len(line.raw)}:".encode() + line.raw)
    first = good[0][0]
    file = LandingFile(
        source=contract.source,
        kind=contract.kind,
        path=f"quarantine:{first.load_id}",
        file_hash=content.digest(),
        size_bytes=sum(len(line.raw) for line, _ in good),
        landing_day=first.landing_day,
    )
    lock_load(session.loads, contract.source, contract.kind, file.path, is_alone=False)
    load = open_load(
        session.loads, file, arrival_day=arrival_day, contract_version=contract.version
    )
    if not load.is_new:
        raise Fatal(f"these lines were replayed as load {load.load_id} already")
    pieces = [piece for _, some in good for piece in some]
    origin = RecordOrigin(contract.source, contract.kind, file.path, load.load_id)
    counts = LoadTarget(session, contract, file, origin).load(pieces)
    ids = [line.quarantine_id for line, _ in good]
    because = f"contract version {contract.version}"
    close_lines(session.loads, ids, "replayed", because=because, replay_load_id=load.load_id)
    return counts
