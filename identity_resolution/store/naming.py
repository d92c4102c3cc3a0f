"""Profile ids: birth ids once given out are looked up, missing ones are made and kept for ever."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from identity_resolution.anchors import birth_ids
from identity_resolution.graph import Identifiers, Integers, integers
from warehouse.columns import copy_in, copy_out
from warehouse.connection import Connection

_CREATE = "create temporary table anchor (identifier_id bigint primary key) on commit drop"
_KNOWN = """
select distinct on (m.identifier_id) m.identifier_id, m.birth_id
from pg_temp.anchor as a
inner join identity.minted_id as m on a.identifier_id = m.identifier_id
order by m.identifier_id, m.epoch desc
"""
_KNOWN_SCHEMA = pa.schema([("identifier_id", pa.int64()), ("birth_id", pa.string())])
_CREATE_NEW = "create temporary table minted (identifier_id bigint, birth_id text) on commit drop"
_KEEP = """
insert into identity.minted_id (identifier_id, birth_id, minted_at)
select identifier_id, birth_id, %(run_at)s from pg_temp.minted order by identifier_id
"""


@dataclass(frozen=True, slots=True)
class BirthIds:
    """The birth ids of some identifiers, given by their positions in ascending order."""

    position: Integers
    birth_id: pa.Array
    minted_count: int

    def of(self, positions: Integers) -> pa.Array:
        """Return the birth id of each position."""
        return self.birth_id.take(pa.array(np.searchsorted(self.position, positions)))


def name_anchors(
    conn: Connection,
    identifiers: Identifiers,
    identifier_id: Integers,
    positions: Integers,
    minting: tuple[bytes, object],
) -> BirthIds:
    """Return the birth ids of the identifiers at `positions` (ascending, distinct).

    identifier_id: of each position. minting: the secret key and the run's time.
    """
    key, run_at = minting
    conn.execute(_CREATE)
    copy_in(conn, "pg_temp.anchor", pa.table({"identifier_id": identifier_id[positions]}))
    known = copy_out(conn, _KNOWN, _KNOWN_SCHEMA).combine_chunks()
    is_known = np.isin(identifier_id[positions], integers(known["identifier_id"]))
    new = positions[~is_known]
    made = pa.array(birth_ids(key, _names(identifiers.take(new))), type=pa.string())
    if len(new):
        conn.execute(_CREATE_NEW)
        rows = pa.table({"identifier_id": identifier_id[new], "birth_id": made})
        copy_in(conn, "pg_temp.minted", rows)
        conn.execute(_KEEP, {"run_at": run_at})
    order = np.argsort(np.concatenate((positions[is_known], new)))
    every = pa.concat_arrays([known["birth_id"].combine_chunks(), made])
    return BirthIds(positions, every.take(pa.array(order)), len(new))


def _names(identifiers: Identifiers) -> list[tuple[str, str, str]]:
    columns = (identifiers.namespace, identifiers.scope, identifiers.value)
    return list(zip(*(column.to_pylist() for column in columns), strict=True))
