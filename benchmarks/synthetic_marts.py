"""Thirteen months of a brand as raw records, written by SQL where loads would have put them.

Sixty days of behaviour in the mini-program, the app and the website, 395 days of orders with lines
and payments, of messages, and of what else members do. Set-based and deterministic: hashes draw.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from benchmarks.synthetic_behaviour import BEHAVIOUR, SESSIONS, SESSIONS_OF_DAY
from benchmarks.synthetic_membership import MEMBERSHIP
from benchmarks.synthetic_people import ACCOUNT, MALL, BrandSize, fill_people, run_script
from benchmarks.synthetic_trade import PURCHASES, PURCHASES_OF_DAY, TRADE
from settings import Settings
from warehouse.connection import LOGIN, Connection, connect

EVENT_DAYS, ORDER_DAYS = 60, 395
_PARALLEL = 2
# As in production a load holds a day: how many loads there are decides how they are looked up.
_LOADS = """
with made as (
    insert into ops.load (
        source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
        rows_in, loaded, duplicate, quarantined, started_at
    )
    select f.source, f.kind, f.path, sha256(f.path::bytea), 1, f.day, f.day, 1, 0, 0, 0, 0,
        f.day + interval '1 day'
    from (
        select k.source, k.kind, d.day::date as day,
            concat_ws('/', k.source, k.kind, d.day::date, %(last_day)s::text) as path
        from unnest(%(sources)s::text[], %(kinds)s::text[]) as k (source, kind)
        cross join generate_series(%(first_day)s::date, %(last_day)s::date + 2, interval '1 day')
            as d (day)
        order by d.day, k.source, k.kind
    ) as f
    returning source, kind, landing_day, load_id
)
insert into synthetic.load select * from made
"""
# The key's order is the index's: entries are appended, not scattered.
_RECORDS = """
insert into raw.record (
    record_id, source, kind, source_key, content_hash, event_at, event_day, received_at,
    occurred_at, identifier_set_id, body, event_name, product_id, category, os, scene,
    _load_id, _line_number
)
select
    (l.load_id << 32) + r.line, l.source, l.kind, r.source_key, md5(r.source_key || r.at)::uuid,
    r.at, l.day, r.at, r.at, r.set_id, r.body, r.event_name, r.product_id, r.category, r.os,
    r.scene, l.load_id, r.line
from (
    select source_key, at, set_id, body, event_name, product_id, category, os, scene,
        row_number() over () as line
    from ({rows}) as given
        (source_key, at, set_id, body, event_name, product_id, category, os, scene)
) as r
inner join synthetic.load as l
    on l.day = (r.at at time zone 'Asia/Shanghai')::date
    and l.source = %(source)s and l.kind = %(kind)s
"""
_PLAIN = (
    "select *, null, null, null, null, null from ({rows}) as given (source_key, at, set_id, body)"
)


def fill_history(
    settings: Settings,
    size: BrandSize,
    last_day: date,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Writes the people and their records up to and with a day; returns how many records.

    Each kind and day is a load; the ledger names the loads and does not count their rows.
    `say` is told of each part that is written.
    """
    fill_people(settings, size, last_day)
    say("people")
    kinds = {**BEHAVIOUR, **TRADE, **MEMBERSHIP}
    values = {"day": str(last_day), "days": EVENT_DAYS, "order_days": ORDER_DAYS}
    with connect(settings, LOGIN) as conn:
        run_script(conn, SESSIONS + ";\n" + PURCHASES, values)
        _open_loads(conn, kinds, last_day - timedelta(days=ORDER_DAYS + 70), last_day)
    return _deliver(settings, kinds, last_day, say)


def live_another_day(settings: Settings, day: date) -> int:
    """A day on which one person in fifty comes, buys or gets a message: a load more of each kind.

    On each day of a week it is others. Returns how many records came.
    """
    kinds = {**BEHAVIOUR, **TRADE}
    with connect(settings, LOGIN) as conn:
        run_script(conn, SESSIONS_OF_DAY + ";\n" + PURCHASES_OF_DAY, {"day": str(day)})
        _open_loads(conn, kinds, day, day)
    return _deliver(settings, kinds, day, lambda _: None)


def _open_loads(
    conn: Connection, kinds: dict[tuple[str, str], str], first_day: date, last_day: date
) -> None:
    """The loads of these days, and the months of raw."""
    sources, names = zip(*kinds, strict=True)
    conn.execute(
        "create unlogged table if not exists synthetic.load"
        " (source text, kind text, day date, load_id bigint)"
    )
    conn.execute("truncate synthetic.load")
    conn.execute(
        _LOADS.encode(),
        {"sources": list(sources), "kinds": list(names), "first_day": first_day,
         "last_day": last_day},
    )  # fmt: skip
    conn.execute("analyze synthetic.load")
    conn.execute(
        "select raw.ensure_month(source, date_trunc('month', day)::date) from synthetic.load"
        " group by source, date_trunc('month', day)"
    )


def _deliver(
    settings: Settings,
    kinds: dict[tuple[str, str], str],
    day: date,
    say: Callable[[str], None],
) -> int:
    def deliver_one(place: tuple[str, str]) -> int:
        source, kind = place
        values = {
            "source": source,
            "kind": kind,
            "day": day,
            "mall": MALL,
            "account": ACCOUNT,
        }
        rows = kinds[place] if place in BEHAVIOUR else _PLAIN.format(rows=kinds[place])
        with connect(settings, LOGIN) as conn:
            count = conn.execute(_RECORDS.format(rows=rows).encode(), values).rowcount
        say(f"{count:,} of {source} {kind}")
        return count

    with ThreadPoolExecutor(_PARALLEL) as pool:
        count = sum(pool.map(deliver_one, kinds))
    with connect(settings, LOGIN, autocommit=True) as conn:
        conn.execute("analyze raw.record")
        conn.execute("analyze ops.load")
    return count
