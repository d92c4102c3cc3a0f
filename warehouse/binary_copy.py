"""Arrow columns as rows of COPY's binary format, put together in C.

Binary, because the server then reads times and numbers without parsing them, and no value needs an
escape. Only the column types below are known.
"""

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
JSONB = pa.field("jsonb", pa.string(), metadata={"jsonb": "1"})
"""A text column that is written as jsonb; give the field another name by `with_name`."""

_EPOCH_DAYS = 10_957  # from 1970-01-01 to 2000-01-01, where PostgreSQL counts from
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400_000_000
_JSONB_VERSION = b"\x01"
_NULL = b"\xff\xff\xff\xff"
_OIDS = {"date": 1082, "text": 25, "uuid": 2950}

Bytes = npt.NDArray[np.uint8]


def rows_in_binary(table: pa.Table) -> pa.BinaryArray:
    """One binary value for each row, to be written between `HEADER` and `TRAILER`.

    Known types: int16, int32, int64, float64, date32, timestamp[us] (UTC), fixed binary of 16 bytes
    (uuid), string, and `JSONB`. Nulls stay nulls.
    """
    return _joined(table, table.num_columns)


def fields_in_binary(table: pa.Table) -> pa.BinaryArray:
    """The same without the beginning of a row, so that `rows_before` can put more fields there."""
    return _joined(table, None)


def rows_before(table: pa.Table, fields: pa.BinaryArray, field_count: int) -> pa.BinaryArray:
    """Rows that begin with the table's fields and go on with so many more of `fields_in_binary`."""
    joiner = _Joiner(table.num_rows)
    _add_columns(joiner, table, table.num_columns + field_count)
    joiner.add(fields)
    return joiner.joined()


def _joined(table: pa.Table, field_count: int | None) -> pa.BinaryArray:
    joiner = _Joiner(table.num_rows)
    _add_columns(joiner, table, field_count)
    return joiner.joined()


def _add_columns(joiner: "_Joiner", table: pa.Table, field_count: int | None) -> None:
    if field_count is not None:
        joiner.add_fixed(_as_bytes(np.full(table.num_rows, field_count, ">i2")))
    for column_field in table.schema:
        _add_column(joiner, column_field, _whole(table[column_field.name]))


class BinaryArray(bytes):
    """A parameter of type `date[]`, `text[]` or `uuid[]`, in binary format already.

    The cast in the statement names its type.
    """

    __slots__ = ()

    @classmethod
    def of(cls, kind: str, values: pa.Array) -> "BinaryArray":
        """The values, without nulls."""
        joiner = _Joiner(len(values))
        _add_column(joiner, pa.field(kind, values.type), values)
        head = np.array([1, 0, _OIDS[kind], len(values), 1], ">i4").tobytes()
        return cls(head + bytes(payload(joiner.joined())))


class _BinaryArrayDumper(psycopg.adapt.Dumper):
    format = psycopg.pq.Format.BINARY

    def dump(self, obj: BinaryArray) -> bytes:
        """The bytes as they are."""
        return obj


psycopg.adapters.register_dumper(BinaryArray, _BinaryArrayDumper)


def payload(rows: pa.BinaryArray) -> memoryview:
    """The bytes of all rows side by side, uncopied."""
    if not len(rows):
        return memoryview(b"")
    offsets = np.frombuffer(rows.buffers()[1], np.int32)[rows.offset :]
    return memoryview(rows.buffers()[2])[offsets[0] : offsets[len(rows)]]


class _Joiner:
    """Collects the pieces of every row; fixed pieces that touch are one piece."""

    def __init__(self, row_count: int) -> None:
        self._row_count = row_count
        self._fixed: list[Bytes] = []
        self._parts: list[pa.Array] = []

    def add_fixed(self, piece: Bytes) -> None:
        """A piece of the same length in every row, as a matrix of bytes."""
        self._fixed.append(piece)

    def add(self, pieces: pa.Array) -> None:
        """A piece of any length for each row."""
        self._flush()
        self._parts.append(pieces)

    def joined(self) -> pa.BinaryArray:
        """The rows."""
        self._flush()
        if len(self._parts) == 1:
            return self._parts[0]
        return pc.binary_join_element_wise(*self._parts, pa.scalar(b"", pa.binary()))

    def _flush(self) -> None:
        if self._fixed:
            together = (
                np.concatenate(self._fixed, axis=1) if len(self._fixed) > 1 else self._fixed[0]
            )
            self._parts.append(_binary(together))
            self._fixed = []


def _add_column(joiner: _Joiner, column_field: pa.Field, values: pa.Array) -> None:
    if pa.types.is_string(values.type):
        is_jsonb = bool(column_field.metadata and b"jsonb" in column_field.metadata)
        _add_texts(joiner, values, is_jsonb=is_jsonb)
        return
    content = _fixed_values(values)
    width = _as_bytes(np.full(len(values), content.shape[1], ">i4"))
    if values.null_count:
        joiner.add(_with_nulls(np.concatenate([width, content], axis=1), values))
    else:
        joiner.add_fixed(width)
        joiner.add_fixed(content)


def _add_texts(joiner: _Joiner, values: pa.StringArray, *, is_jsonb: bool) -> None:
    lengths = _text_lengths(values) + is_jsonb
    lengths[_is_null(values)] = -1
    joiner.add_fixed(_as_bytes(lengths.astype(">i4")))
    if is_jsonb:
        joiner.add_fixed(np.full((len(values), 1), _JSONB_VERSION[0], np.uint8))
    if values.null_count < len(values):
        filled = values.fill_null("") if values.null_count else values
        joiner.add(filled.view(pa.binary()))


def _fixed_values(values: pa.Array) -> Bytes:
    """The values in network byte order; anything where they are null."""
    kind = values.type
    if pa.types.is_fixed_size_binary(kind):
        content = np.frombuffer(values.buffers()[1], np.uint8)
        return content.reshape(-1, kind.byte_width)[values.offset : values.offset + len(values)]
    if pa.types.is_date32(kind):
        return _as_bytes((_numbers(values, np.int32) - _EPOCH_DAYS).astype(">i4"))
    if pa.types.is_timestamp(kind):
        return _as_bytes((_numbers(values, np.int64) - _EPOCH_MICROSECONDS).astype(">i8"))
    native = np.dtype(kind.to_pandas_dtype())
    return _as_bytes(_numbers(values, native).astype(native.newbyteorder(">")))


def _numbers(values: pa.Array, dtype: npt.DTypeLike) -> npt.NDArray[np.generic]:
    content = np.frombuffer(values.buffers()[1], dtype)
    return content[values.offset : values.offset + len(values)]


def _with_nulls(pieces: Bytes, values: pa.Array) -> pa.BinaryArray:
    """Each value with its length before it; of a null only the length that says so is kept."""
    is_null = _is_null(values)
    pieces[is_null, :4] = np.frombuffer(_NULL, np.uint8)
    is_kept = np.ones(pieces.shape, bool)
    is_kept[is_null, 4:] = False
    ends = np.cumsum(np.where(is_null, 4, pieces.shape[1]))
    return _from_ends(ends, pieces[is_kept])


def _text_lengths(values: pa.Array) -> npt.NDArray[np.int32]:
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset :]
    return np.diff(offsets[: len(values) + 1])


def _is_null(values: pa.Array) -> npt.NDArray[np.bool_]:
    if not values.null_count:
        return np.zeros(len(values), bool)
    is_null: npt.NDArray[np.bool_] = values.is_null().to_numpy(zero_copy_only=False)
    return is_null


def _binary(pieces: Bytes) -> pa.BinaryArray:
    rows, width = pieces.shape
    return _from_ends(np.arange(1, rows + 1) * width, pieces)


def _from_ends(ends: npt.NDArray[np.int64], content: Bytes) -> pa.BinaryArray:
    offsets = np.concatenate([np.zeros(1, np.int32), ends.astype(np.int32)])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(content))]
    return pa.Array.from_buffers(pa.binary(), len(ends), buffers)


def _as_bytes(values: npt.NDArray[np.generic]) -> Bytes:
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
