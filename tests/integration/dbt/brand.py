"""A few customers over three days, as the records their sources would deliver."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

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
        Record("commerce", "members", f"M{number}@1", at, about, visitor(number)),
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
