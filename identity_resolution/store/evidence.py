"""From raw records to the log of observations, and from the log to evidence."""

import numpy as np
import pyarrow as pa

from identity_resolution.graph import flags, integers
from identity_resolution.links import LINKING_KINDS, Evidence
from identity_resolution.store.sources import SourceBits
from warehouse.columns import copy_out
from warehouse.connection import Connection

# Times are whole seconds from here on: the order of trust compares them in seconds, and two loads
# of one event must not differ in what a client's clock adds below.
_SUMMARY = """
    identifier_set_id,
    observation_kind = any(%(linking_kinds)s),
    source,
    floor(extract(epoch from min(event_at)))::bigint,
    floor(extract(epoch from max(event_at)))::bigint,
    count(*),
    min(observation_id),
    max(observation_id)
"""

_CREATE = """
create temporary table evidence (
    identifier_set_id bigint, is_linking boolean, source text, first_seen bigint, last_seen bigint,
    observation_count bigint, first_sample bigint, last_sample bigint
) on commit drop
"""

_OBSERVE_LOADS = f"""
with arrived as (
    insert into identity.observation (
        observation_id, event_at, event_day, arrival_day, source, kind, observation_kind,
        identifier_set_id, _load_id
    )
    select
        r.record_id, r.event_at, r.event_day, l.arrival_day, r.source, r.kind, r.observation_kind,
        r.identifier_set_id, r._load_id
    from raw.record as r
    inner join ops.load as l on r._load_id = l.load_id
    where r._load_id = any(%(load_ids)s) and r.identifier_set_id is not null
    on conflict (observation_id) do nothing
    returning identifier_set_id, observation_kind, source, event_at, observation_id
)
insert into pg_temp.evidence select {_SUMMARY} from arrived group by 1, 2, 3
"""  # noqa: S608 - constants of this module

_RECALL_LOG = f"""
insert into pg_temp.evidence select {_SUMMARY} from identity.observation group by 1, 2, 3
"""  # noqa: S608 - constants of this module

_EVIDENCE = """
select
    dense_rank() over (order by identifier_set_id) - 1, is_linking, source, first_seen, last_seen,
    observation_count, first_sample, last_sample
from pg_temp.evidence
"""
_EVIDENCE_SCHEMA = pa.schema(
    [
        ("set", pa.int64()),
        ("is_linking", pa.bool_()),
        ("source", pa.string()),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
        ("observation_count", pa.int64()),
        ("first_sample", pa.int64()),
        ("last_sample", pa.int64()),
    ]
)

# Members ascend within a set, as the dictionary of sets keeps them.
_MEMBERS = """
select dense_rank() over (order by s.identifier_set_id) - 1, member.identifier_id, member.strength
from identity.identifier_set as s
cross join lateral unnest(s.identifier_ids, s.strengths) as member (identifier_id, strength)
where s.identifier_set_id in (select identifier_set_id from pg_temp.evidence)
order by s.identifier_set_id, member.identifier_id
"""
_MEMBERS_SCHEMA = pa.schema(
    [("set", pa.int64()), ("identifier_id", pa.int64()), ("strength", pa.int64())]
)


def observe(conn: Connection, load_ids: tuple[int, ...], *, is_full: bool) -> int:
    """Copy the loads' records that have identifiers into the log; return how many were new.

    The temporary table `evidence` then holds a summary of the new ones, or of the whole log for a
    full run. A record that is in the log already is not counted again.
    """
    parameters = {"load_ids": list(load_ids), "linking_kinds": sorted(LINKING_KINDS)}
    conn.execute(_CREATE)
    conn.execute(_OBSERVE_LOADS, parameters)
    row = conn.execute(
        "select coalesce(sum(observation_count), 0) from pg_temp.evidence"
    ).fetchone()
    if is_full:
        conn.execute("truncate pg_temp.evidence")
        conn.execute(_RECALL_LOG, parameters)
    return int(row[0]) if row else 0


def read_evidence(conn: Connection, sources: SourceBits) -> Evidence:
    """Return what `observe` gathered; members are identifier ids."""
    rows = copy_out(conn, _EVIDENCE, _EVIDENCE_SCHEMA).combine_chunks()
    members = copy_out(conn, _MEMBERS, _MEMBERS_SCHEMA)
    column = {n: integers(rows[n]) for n in rows.column_names if n not in {"source", "is_linking"}}
    size = np.bincount(integers(members["set"]))
    start = np.cumsum(size) - size
    offset = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size[column["set"]])))
    # Several rows may tell of one set (other sources, an unbind): each gets the members again.
    taken = np.repeat(start[column["set"]] - offset[:-1], size[column["set"]])
    taken += np.arange(offset[-1])
    return Evidence(
        offset=offset,
        member=integers(members["identifier_id"])[taken],
        member_strength=integers(members["strength"])[taken],
        is_linking=flags(rows["is_linking"]),
        first_seen=column["first_seen"],
        last_seen=column["last_seen"],
        observation_count=column["observation_count"],
        source_mask=sources.masks(rows["source"], is_list=False),
        first_sample=column["first_sample"],
        last_sample=column["last_sample"],
    )
