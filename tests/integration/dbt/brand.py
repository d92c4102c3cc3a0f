"""A few customers over three days, put into the warehouse as loads would put them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

import pyarrow as pa
from psycopg import sql

from identity_resolution.store import run as resolve_identities
from pipeline.transform import build_layer, run_dbt
from settings import Settings
from tests.conftest import new_database
from warehouse.connection import LOGIN, Connection, connect
from warehouse.database_roles import open_database
from warehouse.dictionary import register_identifiers, register_sets
from warehouse.mart_tables import table_names
from warehouse.runs import Run, open_run

SHANGHAI = timezone(timedelta(hours=8))
DAYS = (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20))
MEMBERS = 24
MALL = "wx00000000000000a1"


@dataclass(frozen=True)
class Record:
    source: str
    kind: str
    key: str
    at: datetime
    body: dict[str, Any]
    identifiers: tuple[tuple[str, str, str, int], ...] = ()
    received_at: datetime | None = field(default=None)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def member(number: int) -> tuple[tuple[str, str, str, int], ...]:
    return (("member_id", "", f"M{number:06d}", 1),)


def visitor(number: int) -> tuple[tuple[str, str, str, int], ...]:
    return (("openid", MALL, f"oA1_fake-{number:06d}", 2), *member(number))


def deliveries(seed: int = 7) -> list[list[Record]]:
    """What lands on each of the days: late, resent, changed and early records among it."""
    rng = Random(seed)
    landed: list[list[Record]] = [[] for _ in DAYS]
    landed[0] += [record for number in range(MEMBERS) for record in _joined(number)]
    for place, day in enumerate(DAYS):
        for number in range(MEMBERS):
            if rng.random() < 0.6:
                for record in _visit(number, day, rng):
                    late = min(place + rng.choice((0, 0, 0, 1, 2)), len(DAYS) - 1)
                    landed[late].append(record)
            if rng.random() < 0.4:
                for later, record in enumerate(_order(number, day, rng)):
                    landed[min(place + later // 3, len(DAYS) - 1)].append(record)
    landed[1].append(_early(DAYS[2]))
    return landed


def _joined(number: int) -> list[Record]:
    at = moment(DAYS[0] - timedelta(days=40 + number), 9)
    stamp = at.isoformat()
    born = date(1990 + number, 5, 17)  # the last one is a child of 13
    about = {
        "member_id": f"M{number:06d}",
        "updated_at": stamp,
        "birth_date": str(born),
        "tier": "gold",
    }
    asked = {
        "consent_id": f"C{number}",
        "purpose": "marketing",
        "channel": "all",
        "granted": number % 4 > 0,
    }
    refused = {"consent_id": f"D{number}", "purpose": "personalisation", "granted": number % 5 > 0}
    grant = {
        "ToUserName": "gh_0000000000a1",
        "Event": "subscribe_msg_popup_event",
        "List": {"TemplateId": "TPL_FAKE_0001", "SubscribeStatusString": "accept"},
    }
    who = member(number)
    return [
        Record("commerce", "members", f"M{number}@1", at, about, who),
        Record("commerce", "consents", f"C{number}@1", at, asked, who),
        Record("commerce", "consents", f"D{number}@1", at, refused, who),
        Record("mini_program", "subscriptions", f"S{number}", at, grant, visitor(number)),
    ]


def _visit(number: int, day: date, rng: Random) -> list[Record]:
    start = moment(day, rng.randrange(24), rng.randrange(50))
    names = ["$MPLaunch", "ProductView", "AddToCart", "CheckoutStart", "PayOrder"]
    records = []
    for step, name in enumerate(names[: rng.randint(1, 5)]):
        at = start + timedelta(minutes=step)
        body = {
            "event": name,
            "properties": {
                "$scene": f"wx-{rng.choice((1089, 1008, 1047, 1129))}",
                "$os": rng.choice(("iOS", "Android")),
                "category": rng.choice(("tea", "coffee")),
            },
        }
        records.append(
            Record(
                "mini_program", "events", f"{number}-{at:%d%H%M}-{step}", at, body, visitor(number)
            )
        )
    first = records[0]
    resent = {**first.body, "properties": {**first.body["properties"], "$os": "HarmonyOS"}}
    again = Record(
        first.source,
        first.kind,
        first.key,
        first.at,
        resent,
        first.identifiers,
        first.at + timedelta(hours=9),
    )
    return [*records, again] if rng.random() < 0.3 else records


def _order(number: int, day: date, rng: Random) -> list[Record]:
    at = moment(day, rng.randrange(20))
    order = f"O{number}-{day:%d}"
    body = {
        "order_id": order,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "status": "created",
        "channel": rng.choice(("mini_program", "store")),
        "total_fen": rng.randrange(1_000, 9_000),
        "promotion_type": rng.choice(("coupon", "none")),
    }
    paid_at = at + timedelta(hours=1)
    paid = {
        **body,
        "updated_at": paid_at.isoformat(),
        "paid_at": paid_at.isoformat(),
        "status": "paid",
    }
    gone_at = at + timedelta(hours=30)
    gone = {
        **paid,
        "updated_at": gone_at.isoformat(),
        "cancelled_at": gone_at.isoformat(),
        "status": "cancelled",
    }
    line = {
        "order_id": order,
        "line_no": "1",
        "category": rng.choice(("tea", "coffee")),
        "quantity": 2,
        "unit_price_fen": body["total_fen"] // 2,
    }
    records = [
        Record("commerce", "orders", f"{order}@1", at, body, member(number)),
        Record("commerce", "orders", f"{order}@2", paid_at, paid, member(number)),
        Record("commerce", "order_lines", f"{order}/1", at, line),
    ]
    if rng.random() < 0.3:
        records.append(Record("commerce", "orders", f"{order}@3", gone_at, gone, member(number)))
    return records


def _early(day: date) -> Record:
    """A point of an open day: it lands a day before its own day is published."""
    at = moment(day, 8)
    body = {"entry_id": "early", "delta": 5, "balance_after": 505, "reason": "check_in"}
    return Record("commerce", "points", "early", at, body, member(1))


def deliver(settings: Settings, day: date, records: list[Record]) -> None:
    """Write the records of one day as one load of each source and kind."""
    with connect(settings, LOGIN) as conn:
        for source, kind in sorted({(record.source, record.kind) for record in records}):
            batch = [r for r in records if (r.source, r.kind) == (source, kind)]
            load_id = _open_load(conn, source, kind, day, len(batch))
            for line, record in enumerate(batch, start=1):
                _insert(conn, record, (load_id, line), day)
        conn.execute("analyze raw.record")


def _open_load(conn: Connection, source: str, kind: str, day: date, count: int) -> int:
    row = conn.execute(
        """
        insert into ops.load (
            source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
            rows_in, loaded, duplicate, quarantined, started_at
        )
        values (%s, %s, %s, sha256(%s::text::bytea), 1, %s, %s, 1, %s, %s, 0, 0, %s)
        returning load_id
        """,
        (source, kind, str(day), str(day), day, day, count, count, moment(day, 23)),
    ).fetchone()
    return int(row[0]) if row else 0


def _insert(conn: Connection, record: Record, place: tuple[int, int], day: date) -> None:
    text = json.dumps(record.body, sort_keys=True)
    conn.execute(
        """
        insert into raw.record (
            source, kind, source_key, content_hash, event_at, event_day, received_at, occurred_at,
            identifier_set_id, body, _load_id, _line_number
        )
        values (%s, %s, %s, md5(%s)::uuid, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (
            record.source,
            record.kind,
            record.key,
            text,
            record.at,
            record.at.astimezone(SHANGHAI).date(),
            record.received_at or record.at,
            record.at,
            _set_id(conn, record, day),
            text,
            *place,
        ),
    )


def _set_id(conn: Connection, record: Record, day: date) -> int | None:
    if not record.identifiers:
        return None
    names = pa.table(
        {
            part: pa.array([identifier[place] for identifier in record.identifiers], pa.string())
            for place, part in enumerate(("namespace", "scope", "value"))
        }
    )
    ids = register_identifiers(conn, names, day)["identifier_id"].to_pylist()
    pairs = sorted(zip(ids, (identifier[3] for identifier in record.identifiers), strict=True))
    sets = pa.table(
        {
            "identifier_ids": pa.array([[number for number, _ in pairs]], pa.list_(pa.int64())),
            "strengths": pa.array([[strength for _, strength in pairs]], pa.list_(pa.int16())),
        }
    )
    return int(register_sets(conn, sets)["identifier_set_id"][0].as_py())


def start_run(settings: Settings, as_of: date) -> Run:
    """Open a run over what is pending and resolve identities."""
    run = open_run(settings, run_at=moment(as_of, 23).astimezone(UTC), as_of=as_of)
    resolve_identities(settings, run, mode="incremental")
    return run


def build(settings: Settings, run: Run, *layers: str) -> None:
    for layer in layers:
        build_layer(settings, run, layer)


def build_facts(settings: Settings, run: Run, *options: str) -> None:
    """Only the tables that grow from run to run."""
    command = ["run", "--select", "config.materialized:incremental", *options]
    run_dbt(
        settings, command, {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(run.as_of)}
    )


@contextmanager
def copy_of(template: Settings) -> Iterator[Settings]:
    """A migrated database of a module's own."""
    with new_database(template, is_copy=True) as settings:
        with connect(settings, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield settings


def count_as_published(settings: Settings, run: Run) -> None:
    """What publishing records about a run and its loads."""
    with connect(settings, LOGIN) as conn:
        conn.execute("update ops.run set status = 'published' where run_id = %s", (run.run_id,))
        conn.execute(
            "update ops.load set published_run_id = %s where load_id = any(%s)",
            (run.run_id, list(run.load_ids)),
        )


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect(settings, LOGIN) as conn:
        return list(conn.execute(query.encode()))


def dump(settings: Settings, schema: str) -> dict[str, str]:
    """A hash of the rows of every table of a schema, whatever their order."""
    hash_of_rows = (
        "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} as t"
    )
    with connect(settings, LOGIN) as conn:
        hashes = {}
        for name in table_names(conn, schema):
            query = sql.SQL(hash_of_rows).format(sql.Identifier(schema, name))
            row = conn.execute(query).fetchone()
            hashes[name] = row[0] if row else ""
    return hashes
