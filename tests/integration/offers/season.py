"""A brand that sends what is decided, day after day, and what becomes of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from pipeline.offer_replay import Replay, replay
from pipeline.offers import build_offers
from settings import Settings
from tests.integration.dbt.brand import DAYS, MEMBERS, Record, deliveries, member, moment
from tests.integration.dbt.deliveries import build, deliver, rows, start_run
from warehouse.connection import LOGIN, connect
from warehouse.publish import publish
from warehouse.runs import Run

SERVICE, OUTLET = "wx00000000000000b1", "wx00000000000000a2"
STRANGERS = 4
TEMPLATES = ("TPL_FAKE_0001", "TPL_FAKE_0002", "TPL_FAKE_0003")

Identifiers = tuple[tuple[str, str, str, int], ...]

_SENDABLE = """
select n.profile_id, n.offer_id, n.channel, n.template_id, i.namespace, i.scope, i.value
from mart.next_best_offer as n
cross join lateral (
    select k.namespace, k.scope, k.value
    from identity.identifier_profile as m
    inner join identity.identifier as k on m.identifier_id = k.identifier_id
    where m.profile_id = n.profile_id and m.valid_to is null
        and (k.namespace = 'member_id' or k.scope = 'wx00000000000000a2')
    order by k.namespace = 'member_id' desc, k.value limit 1
) as i
where n.is_allocated order by n.profile_id
"""
_ARMS = """
select experiment_id, profile_id, arm, exposed_at from offers.assignment
"""
_DECIDED = """
select profile_id, offer_id, rank, channel, arm from mart.next_best_offer
union all
select profile_id, offer_id, null, null, 'control' from mart.offer_suppressed
where stage = 'holdout'
"""
_LOGGED = """
select profile_id, offer_id, rank, channel, arm, p_logged from offers.decision_log where run_id = {}
"""
_REASONS = "select distinct reason_code from mart.offer_suppressed"
_PLANT = """
insert into offers.assignment (experiment_id, profile_id, arm, identifier_id, assigned_on)
select 'global', m.profile_id, %s, m.identifier_id, %s
from identity.identifier_profile as m inner join identity.identifier as i using (identifier_id)
where m.valid_to is null and i.value = %s
"""


class Send(NamedTuple):
    profile_id: str
    offer_id: str
    channel: str
    template_id: str | None
    namespace: str
    scope: str
    value: str

    @property
    def who(self) -> Identifiers:
        return ((self.namespace, self.scope, self.value, 1),)


def follower(number: int) -> Identifiers:
    return (("openid", SERVICE, f"oB1_fake-{number:06d}", 2), *member(number))


def stranger(number: int) -> Identifiers:
    """A visitor of another mini-program, whom no account names yet."""
    return (("openid", OUTLET, f"oA2_fake-stranger-{number}", 1),)


def first_day() -> list[Record]:
    """Beyond the brand's own records: followers, phones, strangers who agree and grant.

    Three followers had their four mass sends of the month.
    """
    before = DAYS[0] - timedelta(days=30)
    records = [registered(n, before, follower(n)) for n in range(0, MEMBERS, 2)]
    records += [push(n, "subscribe", before) for n in range(0, MEMBERS, 2)]
    for number in range(0, MEMBERS, 3):
        phone = ("phone", "", f"+86154000000{number:02d}", 1)
        records.append(registered(number, before, (phone, *member(number))))
    mass_days = [date(2026, 11, day) for day in (2, 4, 6, 8)]
    records += [mass_send(n, day) for n in (16, 18, 22) for day in mass_days]
    for number in range(STRANGERS):
        records += [
            consent(f"S{number}", before, stranger(number)),
            grants(stranger(number), before, f"stranger-{number}"),
        ]
    return records


def registered(number: int, day: date, who: Identifiers) -> Record:
    """The member's record, seen together with another identifier."""
    at = moment(day, 8, number)
    body = {"member_id": f"M{number:06d}", "updated_at": at.isoformat(), "birth_date": "1985-01-01"}
    return Record("commerce", "members", f"M{number}@{who[0][2]}", at, body, who)


def push(number: int, event: str, day: date) -> Record:
    body = {"ToUserName": "gh_0000000000b1", "MsgType": "event", "Event": event}
    key = f"{event}-{number}-{day}"
    return Record("official_account", "pushes", key, moment(day, 10), body, follower(number))


def consent(
    key: str, day: date, who: Identifiers, *, is_granted: bool = True, **body: object
) -> Record:
    body = {
        "consent_id": key,
        "purpose": "marketing",
        "channel": "all",
        "granted": is_granted,
    } | body
    return Record("commerce", "consents", f"{key}@{day}", moment(day, 11), body, who)


def grants(who: Identifiers, day: date, key: str, **item: str) -> Record:
    """Yes to all templates; or what `item` says, of all templates."""
    event = item.pop("Event", "subscribe_msg_popup_event")
    items = [{"TemplateId": name, "SubscribeStatusString": "accept"} | item for name in TEMPLATES]
    body = {"ToUserName": "gh_0000000000a1", "Event": event, "List": items}
    return Record(
        "mini_program", "subscriptions", f"{key}-{day}-{event}", moment(day, 9), body, who
    )


def contact(who: Identifiers, day: date, key: str, hour: int = 10, **body: object) -> Record:
    """A message that was delivered; `body` adds what became of it."""
    at = moment(day, hour)
    body = {
        "message_id": key, "updated_at": at.isoformat(), "channel": "push", "class": "marketing",
        "sent_at": at.isoformat(), "delivered_at": at.isoformat(),
    } | body  # fmt: skip
    return Record("commerce", "contacts", f"{key}@1", at, body, who)


def mass_send(number: int, day: date) -> Record:
    return contact(member(number), day, f"MASS-{day}-{number}", channel="official_account")


def outcomes(sends: list[Send], day: date, rng: Random) -> Iterator[Record]:
    """Half of the decided day's messages: most arrive, some fail, are clicked, are rejected."""
    later = moment(day, 12).isoformat()
    for place, send in enumerate(sends[::2]):
        key, dice = f"SEND-{day}-{place}", rng.random()
        body: dict[str, Any] = {"channel": send.channel, "offer_id": send.offer_id}
        if dice < 0.08:
            body |= {"failed_at": later, "delivered_at": None}
        elif dice < 0.18:
            body["rejected_at"] = later
        elif dice < 0.4:
            body |= {"opened_at": later, "clicked_at": later}
        yield contact(send.who, day, key, **body)
        if send.channel == "mp_subscribe":
            has_failed = "failed_at" in body
            item = {"TemplateId": str(send.template_id), "MsgID": key,
                    "ErrorStatus": "failed" if has_failed else "success",
                    "ErrorCode": "43101" if has_failed else "0"}  # fmt: skip
            told = {"Event": "subscribe_msg_sent_event", "List": item}
            at = moment(day, 10, 1)
            yield Record("mini_program", "subscriptions", key, at, told, send.who)


def life(place: int, day: date) -> list[Record]:
    """What people do meanwhile, by the number of the day; the month has all of it."""
    withdrawn = {"withdrawn_at": moment(day, 11).isoformat()}
    happens: dict[int, Callable[[], list[Record]]] = {
        1: lambda: [
            consent("C5", day, member(5), **withdrawn),
            push(2, "unsubscribe", day),
            _met(0, 9, day),
            _met(1, 10, day),
        ],
        2: lambda: [
            consent("D6-2", day, member(6), is_granted=False, purpose="personalisation"),
            grants(member(7), day, "off", Event="subscribe_msg_change_event",
                   SubscribeStatusString="reject"),
        ],
        5: lambda: [
            consent("C14-push", day, member(14), is_granted=False, channel="mp_subscribe"),
        ],
        8: lambda: [
            _met(2, 11, day),
            _met(3, 13, day),
            *(contact(member(of), day, f"SEEN-{of}-{n}", offer_id="OF-CHECK-IN",
                      **{"class": "impression"}) for of in (11, 13, 18, 21, 22) for n in range(3)),
        ],
    }  # fmt: skip
    found = happens.get(place, list)()
    if place == 5:  # a mass send from the console counts one for every follower
        found += [mass_send(number, day) for number in range(0, MEMBERS, 2)]
    if place % 6 == 3:  # some agree to more messages, some refuse the pop-up, which takes nothing
        found += [grants(member(n), day, f"more-{n}") for n in range(0, MEMBERS, 4)]
        found.append(grants(member(1), day, "refused", SubscribeStatusString="reject"))
    return found


def _met(number: int, of: int, day: date) -> Record:
    """A stranger turns out to be a member."""
    return registered(of, day, (*stranger(number), *member(of)))


@dataclass
class Day:
    """What a day left: the second judge's verdict, decisions, their log, sends, why not others.

    Arms are those before and after the step of offers: (experiment, profile) to arm and exposure.
    """

    run: Run
    replay: Replay
    decided: set[tuple[Any, ...]]
    logged: list[tuple[Any, ...]]
    arms_before: dict[tuple[str, str], tuple[str, Any]]
    arms: dict[tuple[str, str], tuple[str, Any]]
    sends: list[Send]
    reasons: set[str]


@dataclass
class Season:
    settings: Settings
    days: list[Day]


def live_through(settings: Settings, days: int, seed: int = 5) -> Season:
    """Decide, publish, judge, send; deliver what became of it; the next day."""
    rng, season, sends = Random(seed), Season(settings, []), list[Send]()
    landed = dict(zip(DAYS, deliveries(), strict=True))
    for place in range(days):
        day = DAYS[0] + timedelta(days=place)
        records = [*landed.get(day, []), *life(place, day), *outcomes(sends, day, rng)]
        deliver(settings, day, records + (first_day() if place == 0 else []))
        run = start_run(settings, day)
        if place == 0:
            _plant_arms(settings, day)
        season.days.append(_decide(settings, run))
        sends = season.days[-1].sends
    return season


def _decide(settings: Settings, run: Run) -> Day:
    build(settings, run, "staging", "marts")
    arms_before = _arms(settings)
    build_offers(settings, run.run_id)
    publish(settings, run.run_id)
    with connect(settings, LOGIN) as conn:
        judged = replay(conn, settings)
    return Day(
        run,
        judged,
        set(rows(settings, _DECIDED)),
        rows(settings, _LOGGED.format(run.run_id)),
        arms_before,
        _arms(settings),
        [Send(*row) for row in rows(settings, _SENDABLE)],
        {reason for (reason,) in rows(settings, _REASONS)},
    )


def _plant_arms(settings: Settings, day: date) -> None:
    """Whom chance would rarely put into different arms before they turn out to be one person."""
    arms = {
        "oA2_fake-stranger-0": "treat",
        "M000009": "control",
        "oA2_fake-stranger-1": "control",
        "M000010": "treat",
        "oA2_fake-stranger-2": "control",
        "M000017": "control",
    }
    with connect(settings, LOGIN) as conn:
        for value, arm in arms.items():
            conn.execute(_PLANT, (arm, day, value))


def _arms(settings: Settings) -> dict[tuple[str, str], tuple[str, Any]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in rows(settings, _ARMS)}
