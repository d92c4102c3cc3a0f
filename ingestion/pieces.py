"""Parts of landing files to rows ready for COPY, many small parts at once.

Planning a query costs more than a small file does, so parts are parsed together and their rows are
told apart afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.contract import Contract
from ingestion.records import Parsed
from ingestion.rejects import Reject
from ingestion.session import Session
from ingestion.texts import Texts
from warehouse.raw_records import as_fields

_SCHEMA = pa.schema([("k", pa.int32()), ("line_number", pa.int64()), ("text", pa.string())])


@dataclass(frozen=True)
class Piece:
    """What became of one part: rows to copy, lines to quarantine.

    `rows` is ready to be copied, see `warehouse.raw_records.as_fields`. `row_count` counts both.
    `texts` and `first_k` lead from a row back to its line.
    """

    rows: pa.Table
    rejects: Sequence[Reject]
    row_count: int
    dropped_identifiers: int = 0
    texts: Texts | None = None
    first_k: int = 0

    def refused(self, k: int) -> Reject:
        """The line of a row that the database did not take."""
        if self.texts is None:
            raise IndexError(k)
        return self.texts.reject(k - self.first_k, "not_storable", None)


def parse_parts(
    session: Session, contract: Contract, arrival_day: date, parts: Sequence[Texts | Reject]
) -> list[Piece]:
    """One piece for each part, in the same order; identifiers and months are registered."""
    texts = [part for part in parts if isinstance(part, Texts)]
    starts = np.cumsum([0, *(part.table.num_rows for part in texts)])
    with session.parser(contract, arrival_day) as parser:
        parsed = parser.parse(
            joined_texts(texts), session.identification, session.registers(arrival_day)
        )
    session.ensure_months(contract.source, parsed.rows["event_day"])
    rows = as_fields(parsed.rows, contract.source, contract.kind, arrival_day)
    pieces = iter(_told_apart(parsed, rows, texts, starts))
    return [
        Piece(rows.slice(0, 0), [part], 1) if isinstance(part, Reject) else next(pieces)
        for part in parts
    ]


def _told_apart(
    parsed: Parsed, rows: pa.Table, texts: Sequence[Texts], starts: np.ndarray
) -> Iterator[Piece]:
    bad_parts = np.searchsorted(starts, [bad.k for bad in parsed.bad], side="right") - 1
    rejects: list[list[Reject]] = [list(part.rejects) for part in texts]
    for bad, index in zip(parsed.bad, bad_parts, strict=True):
        rejects[index].append(
            texts[index].reject(bad.k - int(starts[index]), bad.reason, bad.field)
        )
    places = np.searchsorted(rows["k"].to_numpy(), starts)
    for index, part in enumerate(texts):
        start, stop = int(starts[index]), int(starts[index + 1])
        yield Piece(
            rows.slice(places[index], places[index + 1] - places[index]),
            sorted(rejects[index], key=lambda reject: reject.line_number),
            part.row_count,
            int(parsed.dropped[start:stop].sum()),
            part,
            start,
        )


def joined_texts(texts: Sequence[Texts]) -> pa.Table:
    """The texts of several parts as one table, numbered through: `k`, `line_number`, `text`."""
    starts = np.cumsum([0, *(part.table.num_rows for part in texts)])
    tables = [
        pa.table(
            {
                "k": pa.array(np.arange(starts[index], starts[index + 1], dtype=np.int32)),
                "line_number": pa.array(
                    part.table["line"].to_numpy().astype(np.int64) + part.block.first_line
                ),
                "text": part.table["text"],
            }
        )
        for index, part in enumerate(texts)
    ]
    return pa.concat_tables(tables) if tables else _SCHEMA.empty_table()
