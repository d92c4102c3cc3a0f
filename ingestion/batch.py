"""Files of one kind, one after the other; small ones are parsed together.

Each file still is a transaction of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from ingestion.contract import Contract
from ingestion.file_load import Delivery, load_pieces, read_pieces
from ingestion.load_target import FileCounts
from ingestion.pieces import parse_parts
from ingestion.readers import COMPRESSIONS, read_texts
from ingestion.rejects import Reject
from ingestion.session import Session
from ingestion.texts import Texts
from warehouse.load_ledger import LandingFile

SMALL_FILE_BYTES = 1024 * 1024
BATCH_BYTES = 2 * 1024 * 1024
USUAL_COMPRESSION = 10


@dataclass
class _Batch:
    deliveries: list[tuple[Delivery, LandingFile]] = field(default_factory=list)
    parts: list[Texts | Reject] = field(default_factory=list)
    expected_bytes: int = 0


def load_in_batches(
    session: Session, contract: Contract, files: Iterable[tuple[Delivery, LandingFile]]
) -> Iterator[FileCounts]:
    """Loads the files in their order."""
    batch = _Batch()
    for delivery, file in files:
        part = _only_part(session, contract, delivery, file)
        if part is None:
            yield from _load_batch(session, contract, batch)
            batch = _Batch()
            pieces = partial(read_pieces, session, delivery, contract)
            yield load_pieces(session, delivery, contract, file, pieces)
            continue
        batch.deliveries.append((delivery, file))
        batch.parts.append(part)
        batch.expected_bytes += _expected_bytes(delivery, file)
        if batch.expected_bytes >= BATCH_BYTES:
            yield from _load_batch(session, contract, batch)
            batch = _Batch()
    yield from _load_batch(session, contract, batch)


def _load_batch(session: Session, contract: Contract, batch: _Batch) -> Iterator[FileCounts]:
    if not batch.deliveries:
        return
    arrival_day = batch.deliveries[0][0].arrival_day
    pieces = parse_parts(session, contract, arrival_day, batch.parts)
    for (delivery, file), piece in zip(batch.deliveries, pieces, strict=True):
        yield load_pieces(session, delivery, contract, file, partial(iter, [piece]))


def _only_part(
    session: Session, contract: Contract, delivery: Delivery, file: LandingFile
) -> Texts | Reject | None:
    """The one part of a small file; None for a file that has to be read piece by piece."""
    if _expected_bytes(delivery, file) > SMALL_FILE_BYTES:
        return None
    parts = list(islice(read_texts(session.engine, delivery.path, contract), 2))
    return parts[0] if len(parts) == 1 else None


def _expected_bytes(delivery: Delivery, file: LandingFile) -> int:
    is_compressed = delivery.path.suffix in COMPRESSIONS
    return file.size_bytes * (USUAL_COMPRESSION if is_compressed else 1)
