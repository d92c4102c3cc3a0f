"""Profile ids: birth ids once given out are looked up, missing ones are made and kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identifiers import birth_ids
from identity_resolution.graph import Identifiers, Integers, flags
from warehouse.columns import copy_in, copy_out
from warehouse.connection import Connection

_CREATE = """
create temporary table wanted_name (identifier_id bigint, epoch integer, birth_id text)
on commit drop
"""
_KNOWN = """
select w.identifier_id, w.epoch, m.birth_id
from pg_temp.wanted_name as w
left join identity.minted_id as m on w.identifier_id = m.identifier_id and w.epoch = m.epoch
order by w.identifier_id, w.epoch
"""
_KNOWN_SCHEMA = pa.schema(
    [("identifier_id", pa.int64()), ("epoch", pa.int64()), ("birth_id", pa.string())]
)
_KEEP = """
insert into identity.minted_id (identifier_id, epoch, birth_id, minted_at)
select identifier_id, epoch, birth_id, %(run_at)s
from pg_temp.wanted_name
where birth_id is not null
order by identifier_id, epoch
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


@dataclass(frozen=True, slots=True)
class Registry:
    """Gives birth ids: those kept, and new ones made with the secret key at the run's time."""

    conn: Connection
    key: bytes
    run_at: object

    def name(
        self,
        identifiers: Identifiers,
        identifier_id: Integers,
        epoch: Integers,
        positions: Integers,
    ) -> BirthIds:
        """Return the birth ids of the identifiers at `positions` (ascending, distinct).

        identifier_id (ascending), epoch: of each position.
        """
        self.conn.execute("drop table if exists pg_temp.wanted_name")
        self.conn.execute(_CREATE)
        wanted = {"identifier_id": identifier_id[positions], "epoch": epoch[positions]}
        copy_in(self.conn, "pg_temp.wanted_name", pa.table(wanted))
        kept = copy_out(self.conn, _KNOWN, _KNOWN_SCHEMA)["birth_id"].combine_chunks()
        is_new = flags(kept.is_null())
        new = positions[is_new]
        lives = epoch[new].tolist()
        made = pa.array(birth_ids(self.key, identifiers.take(new).names(), lives), pa.string())
        every = pc.replace_with_mask(kept, pa.array(is_new), made)
        if len(new):
            self._keep({"identifier_id": identifier_id[new], "epoch": epoch[new], "birth_id": made})
        return BirthIds(positions, every, len(new))

    def _keep(self, rows: Mapping[str, object]) -> None:
        copy_in(self.conn, "pg_temp.wanted_name", pa.table(rows))
        self.conn.execute(_KEEP, {"run_at": self.run_at})
