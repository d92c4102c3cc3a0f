"""From Arrow tables, as Spark hands them out, to the columns that the pure functions work on."""

from dataclasses import fields

import numpy as np
import pyarrow as pa

from identity_resolution.graph import (
    NEVER,
    NO_STATEMENT,
    Apart,
    Identifiers,
    Integers,
    Links,
    flags,
    integers,
)

_IDENTIFIER_INTEGERS = ("first_seen", "arrival_day", "born_at", "strength")
_LINK_NULLS = {"first_seen": NEVER, "last_seen": -NEVER, "statement": NO_STATEMENT}
"""What stands for null: a link that was only stated has no times, most have no statement."""


def identifiers_of(rows: pa.Table) -> Identifiers:
    """Return the identifiers in `rows`, in their order."""
    rows = rows.combine_chunks()
    texts = {name: _chunk(rows[name]) for name in ("namespace", "scope", "value")}
    return Identifiers(
        namespace=texts["namespace"].dictionary_encode(),
        scope=texts["scope"].dictionary_encode(),
        value=texts["value"],
        consent=integers(rows["consent"]).astype(np.int8),
        is_blocked=flags(rows["is_blocked"]),
        **{name: integers(rows[name]) for name in _IDENTIFIER_INTEGERS},
    )


def links_of(rows: pa.Table, identifier_id: Integers) -> Links:
    """Return links by their ends' places in `identifier_id` (ascending).

    Columns that no decision asks for are left at zero.
    """
    columns = {field.name: np.zeros(len(rows), dtype=np.int64) for field in fields(Links)}
    for name in ("observation_count", "strength", "basis", *_LINK_NULLS):
        null = _LINK_NULLS.get(name)
        columns[name] = integers(rows[name] if null is None else rows[name].fill_null(null))
    columns["left"] = np.searchsorted(identifier_id, integers(rows["left_id"]))
    columns["right"] = np.searchsorted(identifier_id, integers(rows["right_id"]))
    return Links(**columns)


def apart_of(rows: pa.Table, identifier_id: Integers) -> Apart:
    """Return who must stay apart, as far as they are among `identifier_id` (ascending)."""
    named = integers(rows["identifier_id"])
    is_here = np.isin(named, identifier_id)
    number, side = integers(rows["number"])[is_here], integers(rows["side"])[is_here]
    return Apart(number, np.searchsorted(identifier_id, named[is_here]), side)


def _chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
