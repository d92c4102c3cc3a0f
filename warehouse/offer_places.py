"""What is scarce and who wishes for it, read in columns; and who got it, written back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import psycopg

from warehouse.errors import database_errors_without_values

_HEAD, _TAIL = 19, 2
"""Bytes around the rows of COPY's binary format."""
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *(pair for name in ("person", "offer", "channel")
          for pair in ((f"{name}_size", ">i4"), (name, ">i4"))),
        *(pair for name in ("value", "p_convert", "cost_fen")
          for pair in ((f"{name}_size", ">i4"), (name, ">f8"))),
    ]
)  # fmt: skip

_WISHES = """
create temporary table wish on commit drop as
select
    (row_number() over (order by c.profile_id, c.list_rank) - 1)::integer as row,
    (dense_rank() over (order by c.profile_id) - 1)::integer as person,
    c.profile_id, c.offer_id, c.channel, c.offer_number::integer as offer,
    h.channel_number::integer as channel_number, c.value_before_prices::float8 as value,
    c.p_convert::float8 as p_convert, c.redemption_cost_fen::float8 as cost_fen,
    c.list_rank = coalesce(c.tried_rank, 1) as is_first
from intermediate.int_offer_candidate as c
inner join staging.contact_channel as h using (channel)
where c.reason_code is null and c.list_rank = coalesce(c.tried_rank, c.list_rank)
"""
# Demand is at most what all wishes together would use: below that nothing is scarce.
_SCARCE = """
with of_offer as (
    select offer_id, sum(p_convert) as stock, sum(p_convert * cost_fen) as budget
    from wish group by offer_id
),
of_channel as (
    select channel, count(*)::float8 as slots from wish group by channel
)
select r.resource, r.name, r.capacity::float8, case r.resource when 'slot' then h.channel_number
    else l.offer_number end::integer
from intermediate.int_offer_resource as r
left join intermediate.int_offer_live as l on r.resource <> 'slot' and r.name = l.offer_id
left join staging.contact_channel as h on r.resource = 'slot' and r.name = h.channel
left join of_offer as o on r.resource <> 'slot' and r.name = o.offer_id
left join of_channel as c on r.resource = 'slot' and r.name = c.channel
where r.capacity < coalesce(
    case r.resource when 'stock' then o.stock when 'budget' then o.budget else c.slots end, 0
)
order by r.resource, r.name
"""
_PLACE_FIRST = """
insert into offers.place (run_id, profile_id, offer_id)
select %s, profile_id, offer_id from wish where is_first
"""
_PLACE_ROWS = """
insert into offers.place (run_id, profile_id, offer_id)
select %s, w.profile_id, w.offer_id from wish as w
inner join unnest(%s::integer[]) as taken (row) using (row)
"""


@dataclass(frozen=True, slots=True)
class Scarce:
    """A resource that not everybody can have; `number` is that of the offer or channel."""

    resource: str
    name: str
    capacity: float
    number: int


def read_wishes(conn: psycopg.Connection) -> list[Scarce]:
    """Lists everybody's wishes in this transaction and says what of it is scarce."""
    with database_errors_without_values():
        conn.execute(_WISHES)
        return [Scarce(*row) for row in conn.execute(_SCARCE)]


def wish_columns(conn: psycopg.Connection) -> npt.NDArray[np.void]:
    """The wishes as one structured array, grouped by person: person, offer, channel, value, …."""
    copy = (
        "copy (select person, offer, channel_number, value, p_convert, cost_fen from wish"
        " order by row) to stdout (format binary)"
    )
    with database_errors_without_values(), conn.cursor().copy(copy) as stream:
        data = b"".join(bytes(block) for block in stream)
    return np.frombuffer(data[_HEAD:-_TAIL], _ROW)


def write_places(
    conn: psycopg.Connection,
    run_id: int,
    rows: Sequence[int] | None,
    prices: Sequence[tuple[Scarce, float]],
) -> int:
    """Replaces the places by those of this run; `rows` None: each person's first wish.

    Returns how many persons have one.
    """
    forget_places(conn, run_id)
    with database_errors_without_values():
        if rows is None:
            placed = conn.execute(_PLACE_FIRST, (run_id,)).rowcount
        else:
            placed = conn.execute(_PLACE_ROWS, (run_id, list(rows))).rowcount
        conn.cursor().executemany(
            "insert into offers.allocation (run_id, resource, name, capacity, price)"
            " values (%s, %s, %s, %s, round(%s::numeric, 6))",
            [(run_id, "none", "", None, 0.0)]
            + [(run_id, s.resource, s.name, s.capacity, price) for s, price in prices],
        )
    return placed


def forget_places(conn: psycopg.Connection, run_id: int) -> None:
    """Drops what an earlier attempt of the run gave, for it may not fit any more."""
    with database_errors_without_values():
        conn.execute("delete from offers.place")
        conn.execute("delete from offers.allocation where run_id = %s", (run_id,))
