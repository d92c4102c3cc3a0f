"""Thirteen months of a brand as raw records, written by SQL where loads would have put them.

Sixty days of behaviour in the mini-program, the app and the website, 395 days of orders with lines
and payments, of messages, and of what else members do. Set-based and deterministic: hashes draw.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

from benchmarks.synthetic_behaviour import BEHAVIOUR, SESSIONS, SESSIONS_OF_DAY
from benchmarks.synthetic_membership import MEMBERSHIP
from benchmarks.synthetic_people import ACCOUNT, MALL, BrandSize, fill_people, run_script
from benchmarks.synthetic_trade import PURCHASES, PURCHASES_OF_DAY, TRADE
from settings import Settings
from warehouse.connection import LOGIN, Connection, connect

EVENT_DAYS, ORDER_DAYS = 60, 395
_PARALLEL = 2
_LOAD = """
insert into ops.load (
    source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version, rows_in,
    loaded, duplicate, quarantined, started_at
)
values (%(source)s, %(kind)s, %(path)s, sha256(%(path)s::text::bytea), 1, %(day)s, %(day)s, 1, 0, 0,
    0, 0, %(at)s)
returning load_id
"""
# The key's order is the index's: entries are appended, not scattered.
_RECORDS = """
insert into raw.record (
    record_id, source, kind, source_key, content_hash, event_at, event_day, received_at,
    occurred_at, identifier_set_id, body, event_name, product_id, category, os, scene,
    _load_id, _line_number
)
select
    (%(load_id)s::bigint << 32) + r.line, %(source)s, %(kind)s, r.source_key,
    md5(r.source_key || r.at)::uuid, r.at, (r.at at time zone 'Asia/Shanghai')::date, r.at, r.at,
    r.set_id, r.body, r.event_name, r.product_id, r.category, r.os, r.scene, %(load_id)s, r.line
from (
    select source_key, at, set_id, body, event_name, product_id, category, os, scene,
        row_number() over () as line
    from ({rows}) as given
        (source_key, at, set_id, body, event_name, product_id, category, os, scene)
) as r
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

    `say` is told of each part that is written.
    """
    fill_people(settings, size, last_day)
    say("people")
    with connect(settings, LOGIN) as conn:
        values = {"day": str(last_day), "days": EVENT_DAYS, "order_days": ORDER_DAYS}
        run_script(conn, SESSIONS + ";\n" + PURCHASES, values)
        _make_months(conn, last_day)
    return _deliver(settings, {**BEHAVIOUR, **TRADE, **MEMBERSHIP}, last_day, say)


def live_another_day(settings: Settings, day: date) -> int:
    """A day on which one person in fifty comes, buys or gets a message: a load more of each kind.

    Returns how many records came.
    """
    with connect(settings, LOGIN) as conn:
        run_script(conn, SESSIONS_OF_DAY + ";\n" + PURCHASES_OF_DAY, {"day": str(day)})
        _make_months(conn, day)
    return _deliver(settings, {**BEHAVIOUR, **TRADE}, day, lambda _: None)


def _make_months(conn: Connection, last_day: date) -> None:
    conn.execute(
        "select raw.ensure_month(source, day::date)"
        " from unnest(array['mini_program', 'app', 'web', 'commerce', 'official_account'])"
        " as source"
        " cross join generate_series(%s::date, %s::date, interval '15 days') as day",
        (last_day - timedelta(days=ORDER_DAYS + 30), last_day + timedelta(days=15)),
    )


def _deliver(
    settings: Settings,
    kinds: dict[tuple[str, str], str],
    day: date,
    say: Callable[[str], None],
) -> int:
    def deliver_one(place: tuple[str, str]) -> int:
        with connect(settings, LOGIN) as conn:
            count = _load(conn, place, kinds[place], day)
        say(f"{count:,} of {place[0]} {place[1]}")
        return count

    with ThreadPoolExecutor(_PARALLEL) as pool:
        count = sum(pool.map(deliver_one, kinds))
    with connect(settings, LOGIN, autocommit=True) as conn:
        conn.execute("analyze raw.record")
    return count


def _load(conn: Connection, place: tuple[str, str], rows: str, day: date) -> int:
    """One load of one kind; its records."""
    values: dict[str, object] = {
        "source": place[0],
        "kind": place[1],
        "path": f"{day}/{place[0]}-{place[1]}",
        "day": day,
        "at": datetime.combine(day, time(20), UTC),
        "mall": MALL,
        "account": ACCOUNT,
        "order_days": ORDER_DAYS,
    }
    row = conn.execute(_LOAD, values).fetchone()
    values["load_id"] = int(row[0]) if row else 0
    given = rows if place in BEHAVIOUR else _PLAIN.format(rows=rows)
    count = conn.execute(_RECORDS.format(rows=given).encode(), values).rowcount
    conn.execute(
        "update ops.load set rows_in = %s, loaded = %s where load_id = %s",
        (count, count, values["load_id"]),
    )
    return count
