"""The rules of one sendable row, judged in plain Python; what is broken, by the reason's name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from next_best_offer.people import SHANGHAI, Contact, Person

Line = Mapping[str, str]
"""A row of a seed, as text."""

LOOK_BACK: Final = timedelta(days=90)
ADULT_YEARS: Final = 18
SMALLEST_COIN: Final = 0.0051
"""Values are rounded to .01 fen."""


class Sendable(NamedTuple):
    """One row of `next_best_offer`, as far as it is judged."""

    profile_id: str
    rank: int
    offer_id: str
    channel: str
    template_id: str | None
    send_after: datetime
    send_before: datetime
    p_convert: float | None
    p_untreated: float | None
    value_fen: float
    redemption_cost_fen: float
    send_cost_fen: float
    context_weight: float
    lever: float
    stock_price_fen: float | None
    slot_price_fen: float | None
    expected_value_fen: float | None
    is_allocated: bool
    p_logged: float


@dataclass(frozen=True, slots=True)
class Day:
    """The decided day and what holds on it, as the seeds say it: live offers, policies, channels.

    `redeemed` counts the coupons of an offer that were used since the offer began.
    """

    decided_on: date
    offers: Mapping[str, Line]
    groups: Mapping[str, str]
    policies: Sequence[Line]
    channels: Mapping[str, Line]
    redeemed: Mapping[str, int]

    @property
    def begins_at(self) -> datetime:
        """The moment of decision: what was sent before it counts."""
        return datetime.combine(self.decided_on, time(), SHANGHAI)


class Case(NamedTuple):
    """One row, whom it is for, what it offers, and when."""

    row: Sendable
    person: Person
    offer: Line
    day: Day

    def marketing(self, hours: str) -> list[Contact]:
        """Marketing messages less than so many hours before the decision."""
        since = self.day.begins_at - timedelta(hours=int(hours))
        contacts = self.person.contacts
        return [c for c in contacts if c.contact_class == "marketing" and c.sent_at > since]


def broken_rules(case: Case) -> Iterator[str]:
    """The names of the rules that the row breaks, caps by their policy's reason."""
    yield from (rule for rule, is_broken in _RULES.items() if is_broken(case))
    for policy in case.day.policies:
        count = _CAPS.get(policy["kind"])
        if count and count(case, policy) >= int(policy["max_count"]):
            yield policy["reason_code"]


def _of_person(case: Case, policy: Line) -> int:
    return len(case.marketing(policy["window_hours"]))


def _of_offer(case: Case, policy: Line) -> int:
    sent = case.marketing(policy["window_hours"])
    return sum(contact.offer_id == case.row.offer_id for contact in sent)


def _of_month(case: Case, policy: Line) -> int:
    if policy["channel"] != case.row.channel:
        return 0
    month = (case.day.decided_on.year, case.day.decided_on.month)
    moments = [
        contact.sent_at.astimezone(SHANGHAI)
        for contact in case.person.contacts
        if contact.channel == case.row.channel and contact.contact_class == "marketing"
    ]
    return sum((at.year, at.month) == month for at in moments)


def _rejections(case: Case, policy: Line) -> int:
    since = case.day.begins_at - timedelta(hours=int(policy["window_hours"]))
    group = case.offer["offer_group"]
    return sum(
        contact.rejected_at is not None
        and contact.rejected_at > since
        and case.day.groups.get(contact.offer_id or "") == group
        for contact in case.person.contacts
    )


def _impressions(case: Case, policy: Line) -> int:
    """Since the last click, while the newest of them is within the window; else none."""
    begins_at = case.day.begins_at
    own = [
        contact
        for contact in case.person.contacts
        if contact.offer_id == case.row.offer_id and contact.sent_at > begins_at - LOOK_BACK
    ]
    clicked_at = max((c.clicked_at for c in own if c.clicked_at), default=None)
    seen = [
        contact.sent_at
        for contact in own
        if contact.contact_class == "impression"
        and (clicked_at is None or contact.sent_at > clicked_at)
    ]
    since = begins_at - timedelta(hours=int(policy["window_hours"]))
    return len(seen) if seen and max(seen) > since else 0


_CAPS: Final[Mapping[str, Callable[[Case, Line], int]]] = {
    "person": _of_person,
    "offer": _of_offer,
    "month": _of_month,
    "reject": _rejections,
    "impression": _impressions,
}


def _is_minor(case: Case) -> bool:
    born, day = case.person.birth_date, case.day.decided_on
    return born is not None and (day.year - ADULT_YEARS, day.month, day.day) < (
        born.year, born.month, born.day,
    )  # fmt: skip


def _is_personal(row: Sendable) -> bool:
    figures = (row.p_convert, row.expected_value_fen, row.slot_price_fen, row.stock_price_fen)
    return row.rank > 0 or any(figure is not None for figure in figures)


def _lacks_grant(case: Case) -> bool:
    row = case.row
    left = case.person.grants.get(row.template_id or "", 0)
    return row.channel == "mp_subscribe" and left < 1


def _has_wrong_template(case: Case) -> bool:
    if case.row.channel != "mp_subscribe":
        return case.row.template_id is not None
    is_allowed = case.offer["goal"] in case.offer["allowed_goals"].split("|")
    return case.row.template_id != case.offer["template_id"] or not is_allowed


def _disturbs(case: Case) -> bool:
    channel = case.day.channels[case.row.channel]
    after, before = (
        moment.astimezone(SHANGHAI) for moment in (case.row.send_after, case.row.send_before)
    )
    is_early = after.time() < time.fromisoformat(channel["quiet_until"])
    return is_early or before.time() > time.fromisoformat(channel["quiet_from"])


def _is_outside_window(case: Case) -> bool:
    days = [m.astimezone(SHANGHAI).date() for m in (case.row.send_after, case.row.send_before)]
    first, last = (date.fromisoformat(case.offer[name]) for name in ("start_date", "end_date"))
    return days[0] < first or days[1] > last


def _ordered_recently(case: Case) -> bool:
    ordered, rest = case.person.last_order_date, int(case.offer["days_after_order"])
    if ordered is None or case.person.has_opted_out():
        return False
    return ordered + timedelta(days=rest) > case.day.decided_on


def _has_wrong_value(case: Case) -> bool:
    row = case.row
    if not _is_personal(row):
        return False
    if row.p_convert is None or row.expected_value_fen is None or not 0 < row.p_convert < 1:
        return True
    margin = row.p_convert * (row.value_fen - row.redemption_cost_fen)
    gain = margin - (row.p_untreated or 0) * row.value_fen
    prices = (row.stock_price_fen or 0) + (row.slot_price_fen or 0)
    value = row.context_weight * row.lever * gain - row.send_cost_fen - prices
    return abs(value - row.expected_value_fen) > SMALLEST_COIN


_RULES: Final[Mapping[str, Callable[[Case], bool]]] = {
    "minor": _is_minor,
    "account_cancelled": lambda c: c.person.status in {"cancelled", "closed", "deleted"},
    "personalisation_opt_out": lambda c: c.person.has_opted_out() and _is_personal(c.row),
    "not_generic": lambda c: (
        c.row.rank == 0 and (c.offer["is_fallback"] != "true" or _is_personal(c.row))
    ),
    "wrong_channel": lambda c: c.row.channel not in c.offer["channels"].split("|"),
    "out_of_reach": lambda c: not c.person.is_reachable(c.row.channel),
    "no_marketing_consent": lambda c: not c.person.has_agreed(c.row.channel),
    "no_grant": _lacks_grant,
    "template_goal": _has_wrong_template,
    "quiet_hours": _disturbs,
    "outside_window": _is_outside_window,
    "ordered_recently": _ordered_recently,
    "already_follows": lambda c: c.offer["kind"] == "follow_account" and c.person.is_follower,
    "global_holdout": lambda c: "global" in c.person.held_out_of,
    "offer_holdout": lambda c: c.row.offer_id in c.person.held_out_of,
    "wrong_value": _has_wrong_value,
    "wrong_probability": lambda c: not 0 < c.row.p_logged <= 1,
}
