"""Parts of landing files to rows ready for COPY, many small parts at once.

Planning a query costs more than a small file does, so parts are parsed together and their rows are
told apart afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.contract import Contract
from ingestion.records import NO_ROWS, CopyRows
from ingestion.rejects import Reject
from ingestion.session import Session
from ingestion.texts import Texts

_NOTHING = pa.schema(
    [("k", pa.int32()), ("line_number", pa.int64()), ("text", pa.string())]
).empty_table()


@dataclass(frozen=True)
class Piece:
    """What became of one part: rows to copy, lines to quarantine.

    `row_count` counts both. `texts` and `first_k` lead from a row back to its line.
    """

    rows: CopyRows
    rejects: Sequence[Reject]
    row_count: int
    dropped_identifiers: int = 0
    texts: Texts | None = None
    first_k: int = 0

    def refused(self, index: int) -> Reject:
        """The line of a row that the database did not take."""
        if self.texts is None:
            raise IndexError(index)
        return self.texts.reject(self.rows.k(index) - self.first_k, "not_storable", None)


def parse_parts(
    session: Session, contract: Contract, arrival_day: date, parts: Sequence[Texts | Reject]
) -> list[Piece]:
    """One piece for each part, in the same order; identifiers and months are registered."""
    parser = session.parser(contract, arrival_day)
    texts = [part for part in parts if isinstance(part, Texts)]
    starts = np.cumsum([0, *(part.table.num_rows for part in texts)])
    parsed = parser.parse(_joined(texts, starts), session.junk)
    rows = NO_ROWS
    if parsed.kept_count:
        session.register(parser, arrival_day)
        session.ensure_months(contract.source, parser.months())
        rows = parser.copy_rows()
    bad_parts = np.searchsorted(starts, [bad.k for bad in parsed.bad], side="right") - 1
    rejects: list[list[Reject]] = [list(part.rejects) for part in texts]
    for bad, index in zip(parsed.bad, bad_parts, strict=True):
        rejects[index].append(
            texts[index].reject(bad.k - int(starts[index]), bad.reason, bad.field)
        )
    dropped = np.histogram(parsed.dropped, starts)[0] if texts else np.zeros(0, np.int64)
    pieces = (
        Piece(
            rows.between(int(starts[index]), int(starts[index + 1])),
            sorted(rejects[index], key=lambda reject: reject.line_number),
            part.row_count,
            int(dropped[index]),
            part,
            int(starts[index]),
        )
        for index, part in enumerate(texts)
    )
    return [
        Piece(rows.between(0, 0), [part], 1) if isinstance(part, Reject) else next(pieces)
        for part in parts
    ]


def _joined(texts: Sequence[Texts], starts: np.ndarray) -> pa.Table:
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
    return pa.concat_tables(tables) if tables else _NOTHING
