"""Which JSON texts jsonb would refuse, or hold differently than they are written.

The column engine's parser takes more than the standard does (NaN, trailing commas, an escaped NUL,
repeated keys). What it takes too easily is first narrowed down by cheap scans over the whole
column; only the few texts that remain are read one by one, strictly.
"""

import json
import re
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.engine import rows_of

MAX_DEPTH = 100
MAX_NUMBER_DIGITS = 1000
MAX_EXPONENT = 999
MAX_EXPONENT_DIGITS = 8  # with leading zeros

# Seen outside of strings these are no JSON, or a number jsonb may not hold. Inside of strings they
# are harmless, so a match only means "look closer".
_SUSPECT_PATTERN = (
    r"[:,\[]\s*(?:[-+]?(?:[nN][aA][nN]|[iI][nN][fF])|-?[0-9.]+[eE][-+]?[0-9]{3})"
    r"|,\s*[}\]]|[0-9]{300}"
)

_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")

_DOUBTFUL = r"""
select k, json_valid(text)
from json_text
where
    not json_valid(text)
    or not starts_with(text, '{')
    or contains(text, '\u0000')
    or regexp_matches(text, $pattern)
    or strlen(text) - strlen(replace(replace(text, '{', ''), '[', '')) > $max_depth
"""

# Inside an object only a key follows a comma, so these patterns mean containers inside an array.
_HAS_CONTAINERS_IN_ARRAYS = r"""
select k from json_text where regexp_matches(text, '[\[,]\s*[\[{]')
"""

# The key lists of all objects at one depth. Lines of a file have few different shapes, so these
# are grouped before they are looked at.
_SHAPES_AT_DEPTH = """
select
    len(list_filter(keys, lambda names: len(names) <> list_unique(names))) > 0 as is_repeating,
    len(flatten(keys)) > 0 as has_objects,
    ks
from (
    select any_value(keys) as keys, list(k) as ks
    from (select k, json_keys(text, $path) as keys from json_text) group by keys::varchar
)
"""

_FIRST_CONTAINERS = "create or replace temp table container as select k, text from json_text"
_REPEATING_CONTAINERS = """
select distinct k
from (select k, json_keys(text) as keys from container where starts_with(ltrim(text), '{'))
where len(keys) <> list_unique(keys)
"""
_NEXT_CONTAINERS = """
create or replace temp table container as
select k, text
from (
    select k, unnest((json_extract(text, '$.*') || json_extract(text, '$[*]'))::varchar[]) as text
    from container
)
where starts_with(text, '{') or starts_with(text, '[')
"""


def unstorable(engine: duckdb.DuckDBPyConnection, texts: pa.Table) -> dict[int, str]:
    """Reason code by `k` for each text that cannot be stored as it is.

    `texts` has the columns `k` (integer) and `text` (valid UTF-8 without NUL bytes).
    """
    reasons = _read_strictly(engine, texts)
    good = texts if not reasons else _without(texts, reasons)
    reasons |= dict.fromkeys(_with_repeated_keys(engine, good), "duplicate_key")
    return reasons


def _read_strictly(engine: duckdb.DuckDBPyConnection, texts: pa.Table) -> dict[int, str]:
    engine.register("json_text", texts)
    parameters = {"max_depth": MAX_DEPTH, "pattern": _SUSPECT_PATTERN}
    reasons = {}
    for k, is_valid in rows_of(engine, _DOUBTFUL, parameters):
        reason = strict_reason(texts["text"][k].as_py())
        if reason is not None or not is_valid:
            reasons[k] = reason or "invalid_json"
    return reasons


def _with_repeated_keys(engine: duckdb.DuckDBPyConnection, texts: pa.Table) -> set[int]:
    """Texts with an object, at any depth, that names a key twice."""
    engine.register("json_text", texts)
    with_arrays = [k for (k,) in rows_of(engine, _HAS_CONTAINERS_IN_ARRAYS)]
    found: set[int] = set()
    if with_arrays:
        is_nested = pc.is_in(texts["k"], pa.array(with_arrays, pa.int32()))
        engine.register("json_text", texts.filter(is_nested))
        found |= _repeating_anywhere(engine)
        engine.register("json_text", texts.filter(pc.invert(is_nested)))
    return found | _repeating_in_objects(engine)


def _repeating_in_objects(engine: duckdb.DuckDBPyConnection) -> set[int]:
    """The same for texts whose arrays hold no containers: depth by depth over the whole column."""
    found: set[int] = set()
    path: str | list[str] = ["$"]
    for depth in range(1, MAX_DEPTH + 1):
        shapes = rows_of(engine, _SHAPES_AT_DEPTH, {"path": path})
        found |= {k for is_repeating, _, ks in shapes if is_repeating for k in ks}
        if not any(has_objects for _, has_objects, _ in shapes):
            break
        path = "$" + ".*" * depth
    return found


def _repeating_anywhere(engine: duckdb.DuckDBPyConnection) -> set[int]:
    """The same for any texts: container by container."""
    found: set[int] = set()
    rows_of(engine, _FIRST_CONTAINERS)
    while rows_of(engine, "select count(*) from container") != [(0,)]:
        found |= {k for (k,) in rows_of(engine, _REPEATING_CONTAINERS)}
        rows_of(engine, _NEXT_CONTAINERS)
    return found


def _without(texts: pa.Table, reasons: dict[int, str]) -> pa.Table:
    bad = pa.array(list(reasons), texts["k"].type)
    return texts.filter(pc.invert(pc.is_in(texts["k"], bad)))


def strict_reason(text: str) -> str | None:
    """Reads one text by the letter of the standard and the limits of jsonb; None if it is fine."""
    if not text.strip():
        return "empty_line"
    try:
        document = json.loads(text, parse_constant=_Number, parse_float=_Number, parse_int=_Number)
    except RecursionError:
        return "nested_too_deep"
    except ValueError:
        return "invalid_json"
    return _first_reason(document) if isinstance(document, dict) else "not_an_object"


class _Number(str):
    """A number as it is written, so that its size is judged and nothing is rounded."""

    __slots__ = ()

    @property
    def is_storable(self) -> bool:
        mantissa, _, exponent = self.lower().partition("e")
        if mantissa.strip("-0123456789.") or len(mantissa) > MAX_NUMBER_DIGITS:
            return False
        return not exponent or (
            len(exponent) <= MAX_EXPONENT_DIGITS and abs(int(exponent)) <= MAX_EXPONENT
        )


def _first_reason(document: Any) -> str | None:  # noqa: ANN401 - any JSON value
    level = [document]
    for _ in range(MAX_DEPTH):
        if not level:
            return None
        for value in level:
            if isinstance(value, _Number):
                if not value.is_storable:
                    return "number_out_of_range"
            elif isinstance(value, str) and _UNSTORABLE.search(value):
                return "unstorable_text"
        level = [child for value in level for child in _children(value)]
    return "nested_too_deep"


def _children(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []
