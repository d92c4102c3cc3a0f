"""The in-process column engine every block is parsed with."""

import sys
import warnings
from typing import Any, Protocol

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


def leave_out_pandas() -> None:
    """Keep Arrow from importing pandas with its first array: 35 MB that no load needs.

    Arrow looks for it once and then does without it where it may; what needs it still imports it.
    """
    if "pandas" not in sys.modules:
        finder = _NoPandas()
        sys.meta_path.insert(0, finder)
        try:
            pa.array([])
        finally:
            sys.meta_path.remove(finder)


class _NoPandas:
    """Finds no pandas, whatever the finders after it would find."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


class Engine(Protocol):
    """What asks and what is asked over: an open engine, or a `LateEngine`."""

    def execute(self, query: str, parameters: object = None) -> duckdb.DuckDBPyConnection:
        """Runs one statement."""

    def register(self, view_name: str, python_object: object) -> duckdb.DuckDBPyConnection:
        """Lets queries read an Arrow table under a name."""


class LateEngine:
    """An engine that is opened by its first query; most files are read without one.

    Opening one takes 25 ms and 10 MB.
    """

    def __init__(self) -> None:
        self._opened: duckdb.DuckDBPyConnection | None = None

    def execute(self, query: str, parameters: object = None) -> duckdb.DuckDBPyConnection:
        """Runs one statement."""
        return self._engine.execute(query, parameters)

    def register(self, view_name: str, python_object: object) -> duckdb.DuckDBPyConnection:
        """Lets queries read an Arrow table under a name."""
        return self._engine.register(view_name, python_object)

    def close(self) -> None:
        """Closes what was opened."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _engine(self) -> duckdb.DuckDBPyConnection:
        if self._opened is None:
            self._opened = open_engine()
        return self._opened


def rows_of(engine: Engine, sql: str, parameters: object = None) -> list[Any]:
    """All rows of a query, so that nothing of it stays open."""
    rows: list[Any] = engine.execute(sql, parameters).fetchall()
    return rows


def table_of(engine: Engine, sql: str, parameters: object = None) -> pa.Table:
    """The result of a query as columns; text columns have 32-bit offsets."""
    return engine.execute(sql, parameters).to_arrow_table()
