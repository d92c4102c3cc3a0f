"""A contract's query over JSON texts, planned once and run for every block.

Planning costs as much as reading thousands of lines. A plan stays as long as the engine's catalogue
does, so what the query reads is one view for ever, behind which the texts are exchanged; and the
query's values stand in it as literals, so that patterns are compiled once.
"""

import re
from itertools import count

import duckdb
import pyarrow as pa

from ingestion.engine import table_of
from ingestion.record_query import TEXTS, Query

_PLACEHOLDER = re.compile(r"\$([a-z]\w*)")
_numbers = count(1)


class TextQuery:
    """Runs one query; whatever else the engine creates makes it plan again."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, query: Query) -> None:
        self._engine = engine
        self._query = query
        self._texts = _Exchanged()
        self._name = ""

    def run(self, texts: pa.Table) -> pa.Table:
        """The query's result over texts: `k` (int32), `line_number` (int64), `text`."""
        self._texts.table = texts
        try:
            if not self._name:
                self._prepare()
            return table_of(self._engine, f"execute {self._name}")
        finally:
            self._texts.table = None

    def _prepare(self) -> None:
        name = f"text_query_{next(_numbers)}"
        self._engine.register(f"{name}_texts", self._texts)
        sql = with_literals(self._query).replace(TEXTS, f"{name}_texts")
        self._engine.execute(f"prepare {name} as {sql}")
        self._name = name


class _Exchanged:
    """Gives the engine the table of the moment, as an Arrow stream."""

    table: pa.Table | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        if self.table is None:
            raise RuntimeError("a query over texts ran without texts")
        return self.table.__arrow_c_stream__(requested_schema)


def with_literals(query: Query) -> str:
    """The query's SQL, its parameters written out."""
    return _PLACEHOLDER.sub(lambda found: literal(query.parameters[found[1]]), query.sql)


def literal(value: object) -> str:
    """A value as a literal of the column engine: null, a whole number, a text, or a list of them.

    Raises:
        TypeError: it is anything else.
    """
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    raise TypeError(type(value).__name__)
