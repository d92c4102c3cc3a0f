"""What an erasure does to raw records, to the log of observations and to quarantine.

The temporary table `erased` says whose values go.
"""

from collections.abc import Mapping

from warehouse.connection import Connection

KEPT_KINDS = ["orders", "order_lines", "payments", "refunds"]
"""Kinds of commerce whose records must be kept: they only lose what identifies."""

_CREATE = """
create temporary table reduced (
    old_set_id bigint primary key, identifier_ids bigint[], strengths smallint[], new_set_id bigint
) on commit drop;
"""
_REDUCE = (
    """
    insert into pg_temp.reduced (old_set_id, identifier_ids, strengths)
    select
        s.identifier_set_id,
        array_agg(m.identifier_id order by m.identifier_id)
            filter (where m.identifier_id not in (select identifier_id from pg_temp.erased)),
        array_agg(m.strength order by m.identifier_id)
            filter (where m.identifier_id not in (select identifier_id from pg_temp.erased))
    from identity.identifier_set as s
    cross join lateral unnest(s.identifier_ids, s.strengths) as m (identifier_id, strength)
    where s.identifier_ids && array(select identifier_id from pg_temp.erased)
    group by s.identifier_set_id
    """,
    """
    insert into identity.identifier_set (identifier_ids, strengths)
    select distinct identifier_ids, strengths from pg_temp.reduced where identifier_ids is not null
    order by 1, 2
    on conflict (identifier_ids, strengths) do nothing
    """,
    """
    update pg_temp.reduced as r
    set new_set_id = s.identifier_set_id
    from identity.identifier_set as s
    where s.identifier_ids = r.identifier_ids and s.strengths = r.strengths
    """,
)
_WHERE_SAID = "(%(source)s = '' or {t}.source = %(source)s) and {t}.event_at <= %(erased_at)s"
_FORGET_LOG = (
    f"""
    delete from identity.observation as o
    using pg_temp.reduced as r
    where o.identifier_set_id = r.old_set_id and r.new_set_id is null
    and {_WHERE_SAID.format(t="o")}
    """,  # noqa: S608 - constants of this module
    f"""
    update identity.observation as o
    set identifier_set_id = r.new_set_id
    from pg_temp.reduced as r
    where o.identifier_set_id = r.old_set_id and {_WHERE_SAID.format(t="o")}
    """,  # noqa: S608 - constants of this module
)
_DELETE_RECORDS = f"""
with gone as (
    delete from raw.record as w
    using pg_temp.reduced as r
    where
        w.identifier_set_id = r.old_set_id and {_WHERE_SAID.format(t="w")}
        and not (w.source = 'commerce' and w.kind = any(%(kept)s))
    returning w._load_id
),

counted as (select _load_id, count(*) as rows from gone group by _load_id)

update ops.load as l
set erased = l.erased + counted.rows
from counted
where l.load_id = counted._load_id
returning counted.rows
"""  # noqa: S608 - constants of this module
_CUT_RECORDS = f"""
update raw.record as w
set identifier_set_id = r.new_set_id
from pg_temp.reduced as r
where w.identifier_set_id = r.old_set_id and {_WHERE_SAID.format(t="w")}
"""  # noqa: S608 - constants of this module
# Everywhere, also where the value was no evidence: a receiver's phone, a referral.
_SCRUB_RECORDS = f"""
update raw.record as w
set
    body = regexp_replace(w.body::text, %(pattern)s, 'erased', 'g')::jsonb,
    source_key = regexp_replace(w.source_key, %(pattern)s, 'erased', 'g')
where w.body::text ~ %(pattern)s and {_WHERE_SAID.format(t="w")}
"""  # noqa: S608 - constants of this module
_EMPTY_QUARANTINE = """
update ops.quarantine as q
set raw = ''::bytea, status = 'discarded', status_reason = 'erased', status_at = %(erased_at)s
where exists (
    select from unnest(%(values)s::text[]) as t (value)
    where position(convert_to(t.value, 'UTF8') in q.raw) > 0
)
"""


def cut_records(
    conn: Connection, parameters: Mapping[str, object], *, is_person: bool
) -> tuple[int, int, int]:
    """Return how many records were deleted, lost what identifies, and were emptied in quarantine.

    parameters: source (empty: all), erased_at, kept kinds, the values and a pattern of them. Of a
    person all records go but the kept kinds; else records only lose the values.
    """
    conn.execute(_CREATE)
    for statement in _REDUCE:
        conn.execute(statement)
    deleted = sum(r[0] for r in conn.execute(_DELETE_RECORDS, parameters)) if is_person else 0
    scrubbed, emptied = conn.execute(_CUT_RECORDS, parameters).rowcount, 0
    if parameters["values"]:
        scrubbed = max(conn.execute(_SCRUB_RECORDS, parameters).rowcount, scrubbed)
        emptied = conn.execute(_EMPTY_QUARANTINE, parameters).rowcount
    for statement in _FORGET_LOG:
        conn.execute(statement, parameters)
    return deleted, scrubbed, emptied
