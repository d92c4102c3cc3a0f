"""Erased values are known again by a keyed hash, so that no replay brings them back."""

import hmac
from collections.abc import Iterable

import pyarrow as pa

from identifiers import Identifier
from warehouse.columns import copy_in
from warehouse.connection import Connection

_HAS_ANY = "select exists (select from identity.tombstone)"

# Only who was never resolved can be a value that was erased: an erased row has lost its value.
_NEW = """
select distinct i.identifier_id, i.namespace, i.scope, i.value
from raw.record as r
inner join identity.identifier_set as s on r.identifier_set_id = s.identifier_set_id
inner join identity.identifier as i on i.identifier_id = any(s.identifier_ids)
where r._load_id = any(%s) and i.component_id is null and i.erased_until is null
"""
_CREATE = """
create temporary table hashed (identifier_id bigint, value_hash text) on commit drop
"""
_RECOGNISE = """
update identity.identifier as i
set epoch = t.epoch, erased_until = t.erased_at
from pg_temp.hashed as h
inner join (
    select value_hash, max(epoch) as epoch, max(erased_at) as erased_at
    from identity.tombstone
    where scope <> 'identifier_at_source'
    group by value_hash
) as t on decode(h.value_hash, 'hex') = t.value_hash
where i.identifier_id = h.identifier_id
"""
_DROP_REPLAYED = """
with gone as (
    delete from raw.record as r
    using identity.identifier_set as s
    where
        r._load_id = any(%s) and r.identifier_set_id = s.identifier_set_id
        and r._load_id not in (select load_id from identity.observed_load)
        and (
            exists (
                select from identity.identifier as i
                where i.identifier_id = any(s.identifier_ids) and r.event_at <= i.erased_until
            )
            or exists (
                select from identity.tombstone as t
                where
                    t.identifier_id = any(s.identifier_ids) and t.source = r.source
                    and r.event_at <= t.erased_at
            )
        )
    returning r._load_id, r.record_id
),

unseen as (
    delete from identity.observation as o
    using gone
    where o.observation_id = gone.record_id
),

counted as (select _load_id, count(*) as rows from gone group by _load_id)

update ops.load as l
set erased = l.erased + counted.rows
from counted
where l.load_id = counted._load_id
"""


def value_hash(key: bytes, identifier: Identifier) -> bytes:
    """Return what a tombstone remembers of an identifier: without the key it tells nothing."""
    message = b"\0".join(part.encode() for part in ("erased", *identifier))
    return hmac.digest(key, message, "sha256")


def drop_replayed(conn: Connection, load_ids: tuple[int, ...], key: bytes) -> None:
    """Delete from the loads what was erased before, and count it in the ledger.

    An erased value that comes back with newer evidence begins another life, under the next epoch.
    """
    row = conn.execute(_HAS_ANY).fetchone()
    if row is None or not row[0]:
        return
    found = conn.execute(_NEW, (list(load_ids),)).fetchall()
    conn.execute(_CREATE)
    hashes = _hashes(key, (tuple(row[1:]) for row in found))
    rows = {"identifier_id": [row[0] for row in found], "value_hash": hashes}
    schema = pa.schema([("identifier_id", pa.int64()), ("value_hash", pa.string())])
    copy_in(conn, "pg_temp.hashed", pa.table(rows, schema=schema))
    conn.execute(_RECOGNISE)
    conn.execute(_DROP_REPLAYED, (list(load_ids),))


def _hashes(key: bytes, identifiers: Iterable[Identifier]) -> list[str]:
    return [value_hash(key, identifier).hex() for identifier in identifiers]
