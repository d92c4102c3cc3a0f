"""Arrow tables in and out of PostgreSQL by COPY, whole columns at a time.

Values travel as CSV, which both sides parse in C; no row passes through Python.
"""

import io
from typing import Any, LiteralString

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from psycopg import sql
from psycopg.generators import copy_from

from warehouse.errors import database_errors_without_values

ROWS_PER_CHUNK = 65_536


def copy_in(
    conn: psycopg.Connection, table: sql.Composable | LiteralString, rows: pa.Table
) -> None:
    """Appends the rows to the columns of the same names; lists become arrays of numbers."""
    target = sql.SQL(table) if isinstance(table, str) else table
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(target, columns)
    with (
        database_errors_without_values(),
        conn.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for batch in _without_lists(rows).to_batches(max_chunksize=ROWS_PER_CHUNK):
            copy.write(_csv(batch))


def copy_out(
    conn: psycopg.Connection,
    query: sql.Composable | LiteralString,
    schema: pa.Schema,
    parameters: tuple[object, ...] = (),
) -> pa.Table:
    """The query's rows, its columns named and typed by `schema` in the query's order."""
    source = sql.SQL(query) if isinstance(query, str) else query
    statement = sql.SQL("copy ({}) to stdout (format csv)").format(source)
    with (
        database_errors_without_values(),
        conn.cursor() as cursor,
        cursor.copy(statement, parameters),
    ):
        payload = conn.wait(_received(conn.pgconn))
    if not payload:
        return schema.empty_table()
    return pa_csv.read_csv(
        pa.BufferReader(payload),
        read_options=pa_csv.ReadOptions(column_names=schema.names),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict(zip(schema.names, schema.types, strict=True)),
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _received(pgconn: psycopg.pq.abc.PGconn) -> psycopg.abc.PQGen[bytearray]:
    """All that a COPY sends, in one wait: one for each row would cost more than the row."""
    payload = bytearray()
    while isinstance(row := (yield from copy_from(pgconn)), memoryview):
        payload += row
    return payload


def _csv(batch: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    # Quoting every value keeps the empty string apart from null, which stays bare.
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    pa_csv.write_csv(batch, sink, options)
    return sink.getvalue()


def _without_lists(rows: pa.Table) -> pa.Table:
    for index, column_field in enumerate(rows.schema):
        if pa.types.is_list(column_field.type):
            rows = rows.set_column(index, column_field.name, array_texts(rows.column(index)))
    return rows


def array_texts(lists: pa.ChunkedArray) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Each list of numbers as PostgreSQL writes an array: `{1,2}`."""
    joined = pc.binary_join(pc.cast(lists, pa.list_(pa.string())), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")
