"""A landing file to JSON texts, whatever its format and compression."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import Contract, Paths
from ingestion.csv_lines import CsvReader
from ingestion.engine import Engine, rows_of, table_of
from ingestion.explode import explode
from ingestion.expressions import json_path, path_keys
from ingestion.landed_bytes import open_bytes
from ingestion.lines import Block, open_chunks, split
from ingestion.rejects import Reject
from ingestion.snowplow_lines import SnowplowReader
from ingestion.texts import Texts, line_texts
from ingestion.xml_lines import xml_texts

COMPRESSIONS = frozenset({".gz", ".zst"})
FORMATS = frozenset({".jsonl", ".json", ".csv", ".xml", ".parquet", ".tsv"})

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
PARQUET_ROWS_PER_BLOCK = 8_192


def format_of(path: PurePath) -> str:
    """The format's suffix without compression, such as `.jsonl`; empty when there is none."""
    suffixes = path.suffixes
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes = suffixes[:-1]
    return suffixes[-1] if suffixes else ""


def read_texts(engine: Engine, path: Path, contract: Contract) -> Iterator[Texts | Reject]:
    """The file's records in its order, a block at a time; never raises on what the file holds."""
    file_format = format_of(path)
    if file_format == ".parquet":
        parts = _parquet(engine, path)
    elif file_format == ".json":
        parts = _document(engine, path)
    else:
        parts = _lines(path, _line_reader(engine, file_format))
    for part in parts:
        if contract.explode and isinstance(part, Texts):
            yield explode(engine, part, contract)
        else:
            yield part


@dataclass(frozen=True)
class RawPlace:
    """Where the bytes of a quarantined line stood."""

    file_format: str
    line_number: int
    byte_offset: int


def read_raw(
    engine: Engine, raw: bytes, contract: Contract, place: RawPlace
) -> Iterator[Texts | Reject]:
    """The same for the bytes of one quarantined line, which keeps its place."""
    reader = _line_reader(engine, place.file_format)
    line_number, byte_offset = place.line_number, place.byte_offset
    if place.file_format == ".csv":
        # The header stands before the line, for this purpose.
        line_number -= 1
        byte_offset -= raw.find(b"\n") + 1
    for part in split([raw], line_number, byte_offset):
        texts = reader(part) if isinstance(part, Block) else part
        if (
            contract.explode
            and isinstance(texts, Texts)
            and _is_page(engine, texts, contract.explode)
        ):
            yield explode(engine, texts, contract)
        else:
            yield texts


def _line_reader(engine: Engine, file_format: str) -> Callable[[Block], Texts]:
    if file_format == ".csv":
        return CsvReader(engine).texts
    if file_format == ".tsv":
        return SnowplowReader(engine).texts
    return xml_texts if file_format == ".xml" else line_texts


def _lines(path: Path, reader: Callable[[Block], Texts]) -> Iterator[Texts | Reject]:
    for part in split(open_chunks(path)):
        yield reader(part) if isinstance(part, Block) else part


def _document(engine: Engine, path: Path) -> Iterator[Texts | Reject]:
    """A `.json` file: an array of records or one record; else its lines are the records."""
    if path.stat().st_size <= MAX_DOCUMENT_BYTES:
        document = _whole_document(engine, path)
        if document is not None:
            yield from _rendered(document, 1)
            return
    yield from _lines(path, line_texts)


def _whole_document(engine: Engine, path: Path) -> pa.StringArray | None:
    try:
        text = b"".join(open_chunks(path)).decode("utf-8-sig")
    except (EOFError, OSError, UnicodeDecodeError):
        return None
    if "\0" in text or len(text) > MAX_DOCUMENT_BYTES:
        return None
    engine.register("document", pa.table({"text": pa.array([text], pa.string())}))
    sql = """
        select unnest(case json_type(text)
            when 'ARRAY' then json_extract(text, '$[*]')::varchar[]
            when 'OBJECT' then [json(text)::varchar]
        end) as text
        from (select text from document where json_valid(text))
    """
    found = table_of(engine, sql)
    is_empty_array = text.strip() == "[]"
    if found.num_rows == 0 and not is_empty_array:
        return None
    return found["text"].combine_chunks()


def _parquet(engine: Engine, path: Path) -> Iterator[Texts | Reject]:
    first_row = 1
    try:
        with open_bytes(path) as stored, pq.ParquetFile(stored) as file:
            for batch in file.iter_batches(batch_size=PARQUET_ROWS_PER_BLOCK):
                engine.register("parquet_row", pa.Table.from_batches([batch]))
                sql = "select to_json(parquet_row)::varchar as text from parquet_row"
                texts = table_of(engine, sql)["text"].combine_chunks()
                yield from _rendered(texts, first_row)
                first_row += len(texts)
    except (pa.ArrowException, OSError):
        yield Reject(first_row, 0, "cut_file", None, b"")


def _rendered(texts: pa.StringArray, first_line: int) -> Iterator[Texts]:
    """Records that had no lines of their own, as a block of JSON lines."""
    data = b"".join(text.encode() + b"\n" for text in texts.to_pylist())
    lengths = [len(text.encode()) + 1 for text in texts.to_pylist()]
    if lengths:
        yield line_texts(Block(data, np.cumsum(lengths).astype(np.int32), first_line, 0))


def _is_page(engine: Engine, texts: Texts, paths: Paths) -> bool:
    """Whether the text still is a page; a rejected item already stands under the last key alone."""
    engine.register("json_text", texts.table)
    items = [json_path(f'"{path_keys(path)[-1]}"') for path in paths if len(path_keys(path)) > 1]
    sql = """
        select json_valid(text) and coalesce(list_bool_or(list_transform(
            json_type(text, $items), lambda t: t is not null and t <> 'ARRAY'
        )), false)
        from json_text
    """
    found = rows_of(engine, sql, {"items": items})
    return found != [(True,)]
