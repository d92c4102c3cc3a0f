"""The in-process column engine every block is parsed with."""

import warnings
from typing import Any

import duckdb
import pyarrow as pa

MEMORY_LIMIT = "60MB"


def open_engine() -> duckdb.DuckDBPyConnection:
    """A connection of its own, without files, network or extensions, on one thread.

    One thread, because loading runs beside the database server and other files' loaders. Arrow gets
    its memory from the system, which takes it back after each block; its own pool keeps it.
    """
    # It warns of a copy and proposes `engine.sql`, which plans the query twice: that costs more.
    warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
    pa.set_memory_pool(pa.system_memory_pool())
    return duckdb.connect(
        ":memory:",
        config={
            "threads": "1",
            "memory_limit": MEMORY_LIMIT,
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )


def rows_of(engine: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> list[Any]:
    """All rows of a query, so that nothing of it stays open."""
    rows: list[Any] = engine.execute(sql, parameters).fetchall()
    return rows


def table_of(engine: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> pa.Table:
    """The result of a query as columns; text columns have 32-bit offsets."""
    return engine.execute(sql, parameters).to_arrow_table()
