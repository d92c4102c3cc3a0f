"""What a second judge of offers reads: raw records, whose they are, and the published rows.

Plain selections without any rule: what follows from them is decided in Python.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg

from warehouse.errors import Fatal, database_errors_without_values

_PUBLISHED = "select as_of, run_id from mart.publication"
# What the published run saw: its own loads and those published before, up to the end of its day.
_RECORDS = """
select r.source || '__' || r.kind, r.identifier_set_id, r.event_at, r.body
from raw.record as r
where (r.source, r.kind) in (select * from unnest(%(sources)s::text[], %(kinds)s::text[]))
    and r.occurred_at < (%(as_of)s::date + 1)::timestamp at time zone 'Asia/Shanghai'
    and r._load_id in (
        select load_id from ops.load where published_run_id is not null
        union
        select load_id from ops.run_load where run_id = %(run_id)s
    )
order by r.event_at, r.received_at nulls first, r.content_hash, r.record_id
"""
_OWNERS = """
select s.identifier_set_id, o.profile_id, s.actor_id,
    nullif(o.owned_from, '-infinity'), nullif(o.owned_to, 'infinity')
from identity.identifier_set as s
inner join identity.actor_owner as o on s.actor_id = o.identifier_id
"""
_PEOPLE = """
select p.profile_id, array_remove(array_agg(distinct i.namespace), null)
from identity.profile as p
left join identity.identifier_profile as m on p.profile_id = m.profile_id and m.valid_to is null
left join identity.identifier as i on m.identifier_id = i.identifier_id and i.status = 'active'
where p.status = 'active' and p.kind = 'known'
group by p.profile_id
"""
_HELD_OUT = "select profile_id, experiment_id from offers.assignment where arm = 'control'"
_ROWS = """
select profile_id, rank, offer_id, channel, template_id, send_after, send_before,
    p_convert::float8, p_untreated::float8, value_fen::float8, redemption_cost_fen::float8,
    send_cost_fen::float8, context_weight::float8, lever::float8, stock_price_fen::float8,
    slot_price_fen::float8, expected_value_fen::float8, is_allocated, p_logged::float8
from mart.next_best_offer
"""
_SUPPRESSED = "select profile_id, offer_id from mart.offer_suppressed"


class Published(NamedTuple):
    """The newest closed day of what is published, and the run that published it."""

    as_of: date
    run_id: int


def published(conn: psycopg.Connection) -> Published:
    """What `mart` shows now.

    Raises:
        Fatal: nothing is published yet.
    """
    with database_errors_without_values():
        row = conn.execute(_PUBLISHED).fetchone()
    if row is None:
        raise Fatal("nothing is published yet: `c360 run` first")
    return Published(*row)


def read_records(
    conn: psycopg.Connection, shown: Published, kinds: Sequence[str]
) -> Iterator[tuple[str, int | None, datetime, dict[str, Any]]]:
    """Kind, identifier set, moment and body of the records of `kinds`, oldest first."""
    pairs = [kind.split("__") for kind in kinds]
    values = {
        **shown._asdict(),
        "sources": [source for source, _ in pairs],
        "kinds": [kind for _, kind in pairs],
    }
    with database_errors_without_values(), conn.cursor(name="replay") as cursor:
        cursor.itersize = 10_000
        yield from cursor.execute(_RECORDS, values)


def read_owners(conn: psycopg.Connection) -> dict[int, list[tuple[Any, ...]]]:
    """By identifier set: profile, account, and from when until when; None: no such end."""
    owners: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with database_errors_without_values():
        for set_id, *owner in conn.execute(_OWNERS):
            owners[set_id].append(tuple(owner))
    return owners


def read_people(conn: psycopg.Connection) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """By live known profile: the namespaces of its identifiers, what it is held out of."""
    held_out: dict[str, set[str]] = defaultdict(set)
    with database_errors_without_values():
        for profile_id, experiment_id in conn.execute(_HELD_OUT):
            held_out[profile_id].add(experiment_id)
        return {
            profile_id: (frozenset(namespaces), frozenset(held_out[profile_id]))
            for profile_id, namespaces in conn.execute(_PEOPLE)
        }


def read_decisions(
    conn: psycopg.Connection,
) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    """The rows that may be sent, in the columns of a `Sendable`; the pairs that are held back."""
    with database_errors_without_values():
        return conn.execute(_ROWS).fetchall(), conn.execute(_SUPPRESSED).fetchall()
