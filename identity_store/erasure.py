"""Erase a person, an identifier, or what one source said of an identifier: for good.

Values leave the dictionary, the log, raw records and quarantine; a tombstone keeps their keyed hash
so that replays are recognised. Orders stay, cut from identity: the law requires the record. The
next run of identity re-splits what the erased identifiers had joined.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from identifiers import Identifier
from identity_store.erased_records import KEPT_KINDS, cut_records
from identity_store.tombstones import value_hash
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import Fatal, database_errors_without_values
from warehouse.stage import hold_stage

ROLE = "c360_identity"
STAGE = "identity"

ErasureScope = Literal["person", "identifier", "identifier_at_source"]

SHORTEST_SEARCHED = 5
"""A shorter value is not looked for inside texts: it would hit by chance."""

_FIND = """
select i.identifier_id, m.profile_id, p.kind
from identity.identifier as i
left join identity.identifier_profile as m
    on i.identifier_id = m.identifier_id and m.valid_to is null
left join identity.profile as p on m.profile_id = p.profile_id
where i.namespace = %s and i.scope = %s and i.value = %s
"""
_CREATE = """
create temporary table erased (
    identifier_id bigint primary key, namespace text, scope text, value text, epoch integer
) on commit drop;
"""
_NAME_PERSON = """
insert into pg_temp.erased
select i.identifier_id, i.namespace, i.scope, i.value, i.epoch
from identity.identifier_profile as m
inner join identity.identifier as i on m.identifier_id = i.identifier_id
where m.valid_to is null and m.profile_id = %s
"""
_NAME_ONE = """
insert into pg_temp.erased
select identifier_id, namespace, scope, value, epoch
from identity.identifier where identifier_id = %s
"""
_BURY = """
insert into identity.tombstone (value_hash, scope, source, erased_at, epoch, identifier_id)
values (decode(%s, 'hex'), %s, %s, %s, %s, %s)
on conflict (value_hash, scope, source) do update
set erased_at = excluded.erased_at, epoch = excluded.epoch, identifier_id = excluded.identifier_id
"""
_TOUCH = """
insert into identity.recount (identifier_id, is_recounted)
select distinct on (identifier_id) identifier_id, is_recounted
from (
    select identifier_id, %(is_recounted)s as is_recounted from pg_temp.erased
    union all
    select l.right_id, false from identity.link as l
    inner join pg_temp.erased as e on l.left_id = e.identifier_id
    union all
    select l.left_id, false from identity.link as l
    inner join pg_temp.erased as e on l.right_id = e.identifier_id
) as touched
order by identifier_id, is_recounted desc
on conflict (identifier_id) do update
set is_recounted = identity.recount.is_recounted or excluded.is_recounted
"""
_FORGET_IDENTIFIERS = (
    """
    delete from identity.link as l using pg_temp.erased as e
    where e.identifier_id in (l.left_id, l.right_id)
    """,
    """
    update identity.identifier as i
    set
        value = 'erased:' || i.identifier_id, status = 'erased', reason = null,
        first_seen_at = null, last_seen_at = null, best_strength = null, consent = 0,
        consent_at = null
    from pg_temp.erased as e
    where i.identifier_id = e.identifier_id
    """,
    """
    update identity.identifier_profile as m
    set valid_to = greatest(%(erased_at)s, m.valid_from + interval '1 microsecond')
    from pg_temp.erased as e
    where m.identifier_id = e.identifier_id and m.valid_to is null
    """,
    """
    delete from identity.ownership_window as w using pg_temp.erased as e
    where e.identifier_id in (w.identifier_id, w.account_id)
    """,
    """
    update identity.identifier_set as s set actor_id = null
    where s.actor_id in (select identifier_id from pg_temp.erased)
    """,
)
_ERASE_PROFILE = """
update identity.profile set status = 'erased', identifier_count = 0 where profile_id = %s
"""
_FORGET_OFFERS = tuple(
    f"delete from offers.{table} where profile_id = %s"  # noqa: S608 - names of ours
    for table in ("assignment", "place", "decision_log", "export_member")
)
"""What offers remember of a person. The marts follow with the next run."""
_TELL = """
insert into identity.profile_event (run_id, at, kind, from_profile_id, because)
select coalesce(max(run_id), 0), %s, 'erased', %s, 'asked for by the person'
from identity.run
"""
_SEE_AGAIN = """
update identity.identifier as i
set first_seen_at = seen.first_at, last_seen_at = seen.last_at, best_strength = seen.strength
from (
    select
        e.identifier_id,
        date_trunc('second', min(o.event_at)) as first_at,
        date_trunc('second', max(o.event_at)) as last_at,
        min(o.strength) as strength
    from pg_temp.erased as e
    left join identity.observation_identifier as o on e.identifier_id = o.identifier_id
    group by e.identifier_id
) as seen
where i.identifier_id = seen.identifier_id
"""
_AUDIT = "insert into ops.audit (action, detail) values ('erase', %s::jsonb)"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose data to erase, how far, and up to when (evidence of later moments is another life)."""

    identifier: Identifier
    scope: ErasureScope
    erased_at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class ErasureCounts:
    """What was erased. values: the texts to look for in files; they go nowhere else."""

    identifiers: int
    records_deleted: int
    records_scrubbed: int
    quarantined_emptied: int
    values: tuple[str, ...]


def erase(settings: Settings, erasure: Erasure) -> ErasureCounts:
    """Erase in the database; one transaction, under the lock of identity resolution.

    Raises:
        Fatal: the identifier is unknown, belongs to no person, or no source is named.
    """
    if (erasure.scope == "identifier_at_source") != bool(erasure.source):
        raise Fatal("name the source with the scope identifier_at_source, and only with it")
    with (
        hold_stage(settings, STAGE, role=ROLE) as fence,
        database_errors_without_values(),
        connect(settings, ROLE, stage="erase") as conn,
    ):
        counts = _erase(conn, settings.identity_key, erasure)
        fence.check(conn)
    return counts


def _erase(conn: Connection, key: bytes, erasure: Erasure) -> ErasureCounts:
    profile_id = _name(conn, erasure)
    values = _bury(conn, key, erasure)
    parameters: dict[str, object] = {
        "source": erasure.source,
        "erased_at": erasure.erased_at,
        "kept": KEPT_KINDS,
        "values": list(values),
        "pattern": "|".join(map(_escaped, values)),
    }
    cut = cut_records(conn, parameters, is_person=erasure.scope == "person")
    conn.execute(_TOUCH, {"is_recounted": erasure.scope == "identifier_at_source"})
    if erasure.scope == "identifier_at_source":
        conn.execute(_SEE_AGAIN)
    else:
        for statement in _FORGET_IDENTIFIERS:
            conn.execute(statement, parameters)
    if erasure.scope == "person":
        conn.execute(_ERASE_PROFILE, (profile_id,))
        for statement in _FORGET_OFFERS:
            conn.execute(statement, (profile_id,))
        conn.execute(_TELL, (erasure.erased_at, profile_id))
    counts = ErasureCounts(len(values), *cut, values)
    audited = {"scope": erasure.scope, "identifiers": len(values), "records": cut[0] + cut[1]}
    conn.execute(_AUDIT, (json.dumps(audited),))
    return counts


def _name(conn: Connection, erasure: Erasure) -> str | None:
    """Fill the temporary table `erased`; return the profile that the identifier is in."""
    row = conn.execute(_FIND, erasure.identifier).fetchone()
    if row is None:
        raise Fatal("the identifier was never seen, or it is erased already")
    identifier_id, profile_id, kind = row
    conn.execute(_CREATE)
    if erasure.scope != "person":
        conn.execute(_NAME_ONE, (identifier_id,))
    elif profile_id is None or kind == "shared_device":
        raise Fatal("the identifier belongs to no person; erase it with the scope identifier")
    else:
        conn.execute(_NAME_PERSON, (profile_id,))
    return None if profile_id is None else str(profile_id)


def _bury(conn: Connection, key: bytes, erasure: Erasure) -> tuple[str, ...]:
    """Put up tombstones; return the values, also as sources may have spelt them."""
    rows = conn.execute("select * from pg_temp.erased order by 1").fetchall()
    lives_on = erasure.scope == "identifier_at_source"
    for identifier_id, namespace, scope, value, epoch in rows:
        digest = value_hash(key, (namespace, scope, value)).hex()
        stone = (erasure.scope, erasure.source, erasure.erased_at, epoch + 1)
        conn.execute(_BURY, (digest, *stone, identifier_id if lives_on else None))
    spelt = {text for row in rows for text in (row[3], row[3].removeprefix("+86"))}
    return tuple(sorted(text for text in spelt if len(text) >= SHORTEST_SEARCHED))


def _escaped(text: str) -> str:
    return "".join(c if c.isalnum() else "\\" + c for c in text)
