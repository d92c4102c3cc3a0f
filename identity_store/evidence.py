"""From the log of observations, which the loader writes, to evidence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity_resolution.graph import Integers, codes, integers
from identity_resolution.links import KINDS, Evidence, no_evidence
from identity_resolution.rules import Rules
from identity_store.sources import SourceBits
from warehouse.columns import copy_in, copy_out
from warehouse.connection import Connection

# Times are whole seconds from here on: the order of trust compares them in seconds, and two loads
# of one event must not differ in what a client's clock adds below.
_SUMMARY = """
    identifier_set_id,
    observation_kind,
    source,
    kind,
    floor(date_part('epoch', min(event_at)))::bigint as first_seen,
    floor(date_part('epoch', max(event_at)))::bigint as last_seen,
    count(*) as observation_count,
    min(observation_id) as first_sample,
    max(observation_id) as last_sample
"""

_CREATE = """
create temporary table evidence (
    identifier_set_id bigint, observation_kind text, source text, kind text, first_seen bigint,
    last_seen bigint, observation_count bigint, first_sample bigint, last_sample bigint
) on commit drop;
create temporary table recalled_evidence (like pg_temp.evidence) on commit drop;
create temporary table recalled (identifier_id bigint) on commit drop;
"""

# A load is taken in once, by whichever run comes first.
_NEW_LOADS = """
with new_load as (
    insert into identity.observed_load (load_id)
    select unnest(%(load_ids)s::bigint[])
    on conflict (load_id) do nothing
    returning load_id
)
"""
_OBSERVE_LOADS = f"""
{_NEW_LOADS}
insert into pg_temp.evidence
select {_SUMMARY}
from identity.observation
where _load_id in (select load_id from new_load)
group by 1, 2, 3, 4
"""  # noqa: S608 - constants of this module
_COUNT_LOADS = f"""
{_NEW_LOADS}
select count(*) from identity.observation where _load_id in (select load_id from new_load)
"""  # noqa: S608 - constants of this module
_COUNT_OBSERVED = "select coalesce(sum(observation_count), 0) from pg_temp.evidence"

# Nothing of the whole log is put into a temporary table: its size would be the log's, and a query
# of one cannot be worked on by two.
_WHOLE_LOG = f"(select {_SUMMARY} from identity.observation group by 1, 2, 3, 4)"  # noqa: S608

_EVIDENCE_SCHEMA = pa.schema(
    [
        ("identifier_set_id", pa.int64()),
        ("actor_id", pa.int64()),
        ("observation_kind", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
        ("observation_count", pa.int64()),
        ("first_sample", pa.int64()),
        ("last_sample", pa.int64()),
        ("identifier_ids", pa.string()),
        ("strengths", pa.string()),
    ]
)

# Beside each of some identifiers (`named`) the sets that hold it. `offset 0` keeps it a look-up by
# index for each of them: the planner would rather try every identifier on every set.
NAMED_IN = """
cross join lateral (
    select found.identifier_set_id, found.identifier_ids
    from identity.identifier_set as found
    where found.identifier_ids @> array[named.identifier_id]
    offset 0
) as named_in
"""

# The whole log of some identifiers, a row a second.
_RECALL = f"""
insert into pg_temp.recalled_evidence
select {_SUMMARY}
from identity.observation
where identifier_set_id in (
    select named_in.identifier_set_id
    from pg_temp.recalled as named
    {NAMED_IN}
)
and (%(observation_kinds)s::text[] is null or observation_kind = any(%(observation_kinds)s))
group by 1, 2, 3, 4, floor(extract(epoch from event_at))
"""  # noqa: S608 - constants of this module

_CLAIMS = f"""
insert into pg_temp.recalled_evidence
select {_SUMMARY}
from identity.observation as o
where observation_kind in ('unbind', 'alias')
and exists (
    select
    from identity.identifier_set as s
    cross join lateral unnest(s.identifier_ids) as u (named)
    inner join pg_temp.covered as c on u.named = c.identifier_id
    where s.identifier_set_id = o.identifier_set_id
)
group by 1, 2, 3, 4, floor(extract(epoch from event_at))
"""  # noqa: S608 - constants of this module
_HAS_CLAIMS = """
select exists (select from identity.observation where observation_kind in ('unbind', 'alias'))
"""


def _query(table: LiteralString) -> LiteralString:
    """Return the rows of a table of evidence, each with the members of its set."""
    return f"""
        select
            e.identifier_set_id, s.actor_id, e.observation_kind, e.source, e.kind,
            e.first_seen, e.last_seen, e.observation_count, e.first_sample, e.last_sample,
            s.identifier_ids, s.strengths
        from {table} as e
        inner join identity.identifier_set as s on e.identifier_set_id = s.identifier_set_id
    """  # noqa: S608 - literals of this module


@dataclass(frozen=True, slots=True)
class Observed:
    """Evidence as it is stored: members are identifier ids.

    identifier_set_id, actor_id (-1 for none yet): of each row.
    """

    evidence: Evidence
    identifier_set_id: Integers
    actor_id: Integers


def observe(conn: Connection, load_ids: tuple[int, ...], *, is_full: bool) -> int:
    """Take in the loads' observations; return how many were new.

    The temporary table `evidence` then holds a summary of them, unless the run is full and reads
    the whole log. A load that was taken in before is not counted again.
    """
    conn.execute(_CREATE)
    if is_full:
        row = conn.execute(_COUNT_LOADS, {"load_ids": list(load_ids)}).fetchone()
    else:
        conn.execute(_OBSERVE_LOADS, {"load_ids": list(load_ids)})
        row = conn.execute(_COUNT_OBSERVED).fetchone()
    return int(row[0]) if row else 0


def recall(
    conn: Connection,
    identifier_ids: Integers,
    sources: SourceBits,
    rules: Rules,
    observation_kinds: Iterable[str] | None = None,
) -> Evidence:
    """Return the log of these identifiers, a row a second; members are identifier ids."""
    if not len(identifier_ids):
        return no_evidence()
    conn.execute("truncate pg_temp.recalled_evidence, pg_temp.recalled")
    copy_in(conn, "pg_temp.recalled", pa.table({"identifier_id": identifier_ids}))
    conn.execute("analyze pg_temp.recalled")
    kinds = None if observation_kinds is None else list(observation_kinds)
    conn.execute(_RECALL, {"observation_kinds": kinds})
    return _read(conn, sources, rules, "pg_temp.recalled_evidence").evidence


def recall_claims(conn: Connection, sources: SourceBits, rules: Rules) -> Evidence:
    """Return the unbinds and aliases of all covered identifiers, a row a second."""
    row = conn.execute(_HAS_CLAIMS).fetchone()
    if row is None or not row[0]:
        return no_evidence()
    conn.execute("truncate pg_temp.recalled_evidence")
    conn.execute(_CLAIMS)
    return _read(conn, sources, rules, "pg_temp.recalled_evidence").evidence


def read_evidence(
    conn: Connection, sources: SourceBits, rules: Rules, *, is_full: bool
) -> Observed:
    """Return the evidence of the loads that `observe` took in, or of the whole log."""
    return _read(conn, sources, rules, _WHOLE_LOG if is_full else "pg_temp.evidence")


def _read(conn: Connection, sources: SourceBits, rules: Rules, table: LiteralString) -> Observed:
    rows = copy_out(conn, _query(table), _EVIDENCE_SCHEMA).combine_chunks()
    set_id, actor_id = integers(rows["identifier_set_id"]), integers(rows["actor_id"].fill_null(-1))
    return Observed(_evidence(rows, sources, rules), set_id, actor_id)


def _evidence(rows: pa.Table, sources: SourceBits, rules: Rules) -> Evidence:
    if not len(rows):
        return no_evidence()
    size, member = _read_arrays(rows["identifier_ids"])
    return Evidence(
        offset=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size))),
        member=member,
        member_strength=_read_arrays(rows["strengths"])[1],
        kind=_by_text(rows["observation_kind"], KINDS.__getitem__).astype(np.int8),
        source_mask=sources.masks(rows["source"], is_list=False),
        basis=_bases(rows, rules),
        **{name: integers(rows[name]) for name in _NUMBERS},
    )


_NUMBERS = ("first_seen", "last_seen", "observation_count", "first_sample", "last_sample")


def _read_arrays(texts: pa.ChunkedArray) -> tuple[Integers, Integers]:
    """Return sizes and elements of arrays as PostgreSQL writes them: `{1,2}`."""
    inner = pc.utf8_slice_codeunits(texts.combine_chunks(), 1, -1)
    lists = pc.split_pattern(inner, ",")
    return integers(pc.list_value_length(lists)), integers(lists.flatten().cast(pa.int64()))


def _bases(rows: pa.Table, rules: Rules) -> Integers:
    streams = pc.binary_join_element_wise(rows["source"], rows["kind"], "/")
    return _by_text(streams, lambda stream: rules.basis_of(*stream.split("/", 1)))


def _by_text(texts: pa.ChunkedArray, code_of: Callable[[str], int]) -> Integers:
    """Return the code of each text; each distinct one is asked for once."""
    column = texts.combine_chunks().dictionary_encode()
    by_place = [code_of(text) for text in column.dictionary.to_pylist()]
    return np.take(np.array(by_place, dtype=np.int64), codes(column))
