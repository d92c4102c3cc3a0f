"""A stored file without what was erased: its bytes in, the bytes that may stay out.

A file is held in memory whole. Only files with a hit are written anew, so those without keep their
bytes, and with them their place in the ledger.
"""

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

UNREADABLE = (
    *(EOFError, OSError, zlib.error, zipfile.BadZipFile, pa.ArrowException),
    *(NotImplementedError, RuntimeError),  # a zip that is encrypted, or compressed by rare means
)
"""What `without` raises on a damaged file."""

_BY_LINE = frozenset({".jsonl", ".csv", ".tsv", ".xml"})
_ERASED = b"erased"


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes records with any of some values out of files.

    values: as text, at least one; case does not matter. is_kept: the records have to be kept and
    only lose the values.
    """

    values: tuple[str, ...]
    is_kept: bool
    _wanted: tuple[bytes, ...] = field(init=False)
    _pattern: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Spell the values as files do."""
        # A longer value first: it may begin with a shorter one.
        wanted = sorted((value.encode().lower() for value in self.values), key=len, reverse=True)
        pattern = re.compile(b"|".join(map(re.escape, wanted)), re.IGNORECASE)
        object.__setattr__(self, "_wanted", tuple(wanted))
        object.__setattr__(self, "_pattern", pattern)

    def without(self, name: PurePath, stored: bytes) -> bytes:
        """Return what may stay of a file; `stored` itself if nothing has to go.

        name: tells the format and what it is packed in, also inside an archive.

        Raises:
            the exceptions of `UNREADABLE`: the file is damaged; what it holds is unknown.
        """
        if name.suffix in _PACKED:
            unpack, pack = _PACKED[name.suffix]
            content = unpack(stored)
            left = self.without(name.with_suffix(""), content)
            return stored if left is content else pack(left)
        if name.suffix == ".zip":
            return self._archive(stored)
        if name.suffix == ".parquet":
            return self._parquet(stored)
        return self._text(name, stored) if self._holds(stored) else stored

    def _holds(self, text: bytes) -> bool:
        plain = text.lower()
        return any(value in plain for value in self._wanted)

    def _text(self, name: PurePath, content: bytes) -> bytes:
        if self.is_kept:
            return self._pattern.sub(_ERASED, content)
        if name.suffix == ".json":
            try:
                return json.dumps(self._pruned(json.loads(content)), ensure_ascii=False).encode()
            except ValueError:
                return self._lines(content)
        if name.suffix in _BY_LINE:
            return self._lines(content)
        return self._pattern.sub(_ERASED, content)

    def _lines(self, content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        return b"".join(line for line in lines if not self._holds(line))

    def _pruned(self, node: object) -> object:
        """Drop what has a hit from lists; what is in no list only loses the values."""
        if isinstance(node, dict):
            return {self._scrubbed(key): self._pruned(value) for key, value in node.items()}
        if isinstance(node, list):
            return [item for item in node if item == self._scrubbed(item)]
        return self._scrubbed(node)

    def _scrubbed(self, value: Any) -> Any:  # noqa: ANN401 - any value of JSON or Parquet
        if isinstance(value, dict):
            return {self._scrubbed(key): self._scrubbed(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._scrubbed(inner) for inner in value)
        text = value if isinstance(value, bytes) else str(value).encode()
        if not self._holds(text):
            return value
        left = self._pattern.sub(_ERASED, text)
        if isinstance(value, bytes):
            return left
        return left.decode() if isinstance(value, str) else None

    def _archive(self, stored: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(stored)) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist()]
        left = [self.without(PurePath(info.filename), content) for info, content in members]
        if all(new is old for new, (_, old) in zip(left, members, strict=True)):
            return stored
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w") as archive:
            for content, (info, _) in zip(left, members, strict=True):
                archive.writestr(info, content)
        return sink.getvalue()

    def _parquet(self, stored: bytes) -> bytes:
        with pq.ParquetFile(pa.BufferReader(stored)) as file:
            tables = [pa.Table.from_batches([batch]) for batch in file.iter_batches()]
            left = [self._rows(table) for table in tables]
            if all(new is old for new, old in zip(left, tables, strict=True)):
                return stored
            sink = pa.BufferOutputStream()
            with pq.ParquetWriter(sink, file.schema_arrow) as writer:
                for table in left:
                    writer.write_table(table)
        return bytes(sink.getvalue().to_pybytes())

    def _rows(self, table: pa.Table) -> pa.Table:
        """Return the rows without a hit, or all rows without the values; `table` without hits."""
        is_hit = [False] * len(table)
        scrubbed = table
        for place, column in enumerate(table.schema):
            if _may_hold_text(column.type):
                exact = _without_nanoseconds(column.type)
                values = table.column(place).cast(exact).to_pylist()
                left = [self._scrubbed(value) for value in values]
                is_hit = [
                    hit or new != old for hit, new, old in zip(is_hit, left, values, strict=True)
                ]
                if left != values:
                    written = pa.chunked_array([pa.array(left, exact)]).cast(column.type)
                    scrubbed = scrubbed.set_column(place, column, written)
        if self.is_kept or not any(is_hit):
            return scrubbed
        return table.filter(pa.array([not hit for hit in is_hit]))


def _may_hold_text(kind: pa.DataType) -> bool:
    """Whether a column of the type is searched; a number may be a telephone's."""
    return not (
        pa.types.is_temporal(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    )


def _without_nanoseconds(kind: pa.DataType) -> pa.DataType:
    """The type with numbers where nanoseconds are counted, which Python's own types cannot hold."""
    types = pa.types
    if types.is_struct(kind):
        plain = pa.struct([_without_nanoseconds_in(field) for field in kind.fields])
    elif types.is_map(kind):
        plain = pa.map_(*map(_without_nanoseconds_in, (kind.key_field, kind.item_field)))
    elif types.is_large_list(kind):
        plain = pa.large_list(_without_nanoseconds_in(kind.value_field))
    elif types.is_fixed_size_list(kind):
        plain = pa.list_(_without_nanoseconds_in(kind.value_field), kind.list_size)
    elif types.is_list(kind):
        plain = pa.list_(_without_nanoseconds_in(kind.value_field))
    else:
        is_counted = types.is_temporal(kind) and getattr(kind, "unit", None) == "ns"
        plain = pa.int64() if is_counted else kind
    return plain


def _without_nanoseconds_in(field: pa.Field) -> pa.Field:
    return field.with_type(_without_nanoseconds(field.type))


def _unzstd(stored: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(stored), "zstd") as stream:
        return bytes(stream.read())


_PACKED: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, lambda content: gzip.compress(content, mtime=0)),
    ".zst": (_unzstd, lambda content: bytes(pa.Codec("zstd").compress(content, asbytes=True))),
}
