"""CSV with a header line, to JSON: every value a text, an empty one null.

A record is one line; a quoted value may hold commas and doubled quotes but no line end, so that
every line keeps its number and one broken quote cannot swallow the rest of the file.
"""

import csv
import json
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingestion.engine import Engine, table_of
from ingestion.lines import Block
from ingestion.rejects import Reject
from ingestion.texts import Texts, readable_lines, text_table

Lines = npt.NDArray[np.int32]


class CsvReader:
    """Reads the blocks of one file in order; the first line of the first one is the header."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._header: bytes | None = None
        self._names: list[str] = []

    def texts(self, block: Block) -> Texts:
        """The block's rows as JSON texts."""
        lines, rejects = readable_lines(block)
        if self._header is None:
            self._read_header(block)
            lines = lines[lines > 0]
            rejects = [reject for reject in rejects if reject.line_number > block.first_line]
        texts = pa.array([block.line(int(line)).decode() for line in lines], pa.string())
        reasons = self._line_reasons(texts)
        rejects += [
            block.reject(int(line), reason)
            for line, reason in zip(lines, reasons.to_pylist(), strict=True)
            if reason
        ]
        is_good = pc.is_null(reasons)
        good_lines = lines[is_good.to_numpy(zero_copy_only=False)]
        rows, wrong = self._parse(texts.filter(is_good))
        rejects += [block.reject(int(good_lines[row]), "column_count") for row in wrong]
        table = text_table(np.delete(good_lines, wrong).astype(np.int32), rows)
        prefix = (self._header or b"") + b"\n"
        return Texts(block, table, [_prefixed(r, prefix) for r in rejects], raw_prefix=prefix)

    def _read_header(self, block: Block) -> None:
        self._header = block.line(0)
        text = self._header.decode("utf-8", "replace")
        try:
            names = next(csv.reader([text]), [])
        except csv.Error:  # a bare carriage return, say
            names = []
        # Without usable names no row has the right number of values: all are refused, none lost.
        self._names = names if len(set(names)) == len(names) and "�" not in text else []

    def _line_reasons(self, texts: pa.StringArray) -> pa.StringArray:
        is_empty = pc.equal(pc.utf8_trim_whitespace(texts), "")
        is_odd = pc.equal(pc.bit_wise_and(pc.count_substring(texts, '"'), 1), 1)
        no_reason = pa.scalar(None, pa.string())
        # Inside of a line a carriage return would begin a row of its own.
        is_split = pc.match_substring(texts, "\r")
        split = pc.if_else(is_split, "column_count", no_reason)
        broken = pc.if_else(is_odd, "broken_quotes", split)
        return pc.if_else(is_empty, "empty_line", broken)

    def _parse(self, texts: pa.StringArray) -> tuple[pa.Array, list[int]]:
        """JSON texts of the rows with the right number of values, and the indexes of the others."""
        if not self._names or not len(texts):
            return pa.array([], pa.string()), list(range(len(texts)))
        wrong: list[int] = []

        def skip(row: pa_csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        rows = pa_csv.read_csv(
            # The reader drops one byte order mark; a second one belongs to the first value.
            pa.BufferReader(("\ufeff" + "\n".join(texts.to_pylist())).encode()),
            read_options=pa_csv.ReadOptions(use_threads=False, column_names=self._names),
            parse_options=pa_csv.ParseOptions(invalid_row_handler=skip, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(self._names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        if rows.num_rows + len(wrong) != len(texts):
            # A quote in the wrong place swallowed the lines after it.
            return self._parse_alone(texts)
        self._engine.register("csv_row", rows)
        found = table_of(self._engine, "select to_json(csv_row)::varchar as text from csv_row")
        return found["text"].combine_chunks(), wrong

    def _parse_alone(self, texts: pa.StringArray) -> tuple[pa.Array, list[int]]:
        """The same line by line, for texts that do not keep to themselves."""
        good: list[str] = []
        wrong: list[int] = []
        for place, text in enumerate(texts.to_pylist()):
            try:
                values = next(csv.reader([text], strict=True))
            except csv.Error:
                values = []
            if len(values) == len(self._names):
                row = {n: v or None for n, v in zip(self._names, values, strict=True)}
                good.append(json.dumps(row, ensure_ascii=False))
            else:
                wrong.append(place)
        return pa.array(good, pa.string()), wrong


def _prefixed(reject: Reject, prefix: bytes) -> Reject:
    return replace(reject, raw=prefix + reject.raw)
