"""The second judge at work: reads what is published and what it was made from, and judges it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from next_best_offer.people import KINDS, SHANGHAI, Owner, Person, Record, gather
from next_best_offer.replay import Violation, day_of, judge, judge_pairs
from next_best_offer.replay_rules import Line, Sendable
from pipeline.offer_catalogue import read_catalogue
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.replay_facts import (
    published,
    read_decisions,
    read_owners,
    read_people,
    read_records,
)

ROLE = "c360_privacy"
STAGE = "replay"

_COUPONS = "commerce__coupons"


class Replay(NamedTuple):
    """What was judged, and every rule that something breaks."""

    decided_on: date
    rows: int
    people: int
    violations: list[Violation]


def replay_offers(settings: Settings) -> Replay:
    """Judges everything that is published now.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: nothing is published yet.
    """
    with connect(settings, ROLE, stage=STAGE) as conn:
        return replay(conn, settings)


def replay(conn: Connection, settings: Settings) -> Replay:
    """The same on an open connection that may read raw, identity, offers and mart."""
    shown = published(conn)
    catalogue = read_catalogue(settings)
    people = {
        profile_id: Person(namespaces=namespaces, held_out_of=held_out_of)
        for profile_id, (namespaces, held_out_of) in read_people(conn).items()
    }
    owners = {
        set_id: [Owner(*owner) for owner in owned] for set_id, owned in read_owners(conn).items()
    }
    used: dict[str, dict[str, date]] = defaultdict(dict)
    records = (Record(*row) for row in read_records(conn, shown, (*KINDS, _COUPONS)))
    gather(_without_coupons(records, used), owners, people)
    tables = {
        "offers": catalogue.offers,
        "policies": catalogue.policies,
        "channels": catalogue.channels,
    }
    redeemed = {offer["offer_id"]: _redeemed(offer, used) for offer in catalogue.offers}
    day = day_of(shown.as_of + timedelta(days=1), tables, redeemed)
    decisions, suppressed = read_decisions(conn)
    rows = [Sendable(*row) for row in decisions]
    violations = judge(rows, people, day) + judge_pairs(rows, suppressed, people, day)
    return Replay(day.decided_on, len(rows), len(people), violations)


def _without_coupons(
    records: Iterable[Record], used: dict[str, dict[str, date]]
) -> Iterator[Record]:
    """Takes the used coupons out of the stream: by batch, the day of each code."""
    for record in records:
        if record.kind != _COUPONS:
            yield record
        elif record.body.get("event") == "used":
            day = record.event_at.astimezone(SHANGHAI).date()
            used[str(record.body.get("batch_id"))][str(record.body.get("coupon_code"))] = day


def _redeemed(offer: Line, used: Mapping[str, Mapping[str, date]]) -> int:
    started = date.fromisoformat(offer["start_date"])
    return sum(day >= started for day in used.get(offer["offer_id"], {}).values())
