"""People as raw records tell of them, in plain Python: what a second judge knows of each.

Nothing here shares a line with the pipeline's SQL; that two different readings of the same records
agree is what `next_best_offer.replay` is for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

SHANGHAI: Final = timezone(timedelta(hours=8))
KNOWN_BY: Final = {"sms": "phone", "email": "email", "push": "app_install_id"}
"""Channels that need an address, and the namespace of it."""

KINDS: Final = (
    *("commerce__consents", "commerce__contacts", "commerce__members", "commerce__orders"),
    *("commerce__payments", "mini_program__subscriptions", "official_account__pushes"),
    *("official_account__followers", "official_account__wecom_contacts"),
)
"""The records that contact rules look at."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One raw record, of `kind` `<source>__<kind>`; the identifiers seen in it are the set's."""

    kind: str
    set_id: int | None
    event_at: datetime
    body: Body


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the records of an identifier set are, from when until when; None: no such end."""

    profile_id: str
    account: int
    owned_from: datetime | None
    owned_to: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One message that left the house and did not fail."""

    channel: str
    offer_id: str | None
    contact_class: str
    sent_at: datetime
    clicked_at: datetime | None
    rejected_at: datetime | None


@dataclass(slots=True)
class Person:
    """What contact rules ask of a person; grants by template, consents by (purpose, channel)."""

    namespaces: frozenset[str] = frozenset()
    held_out_of: frozenset[str] = frozenset()
    contacts: list[Contact] = field(default_factory=list)
    consents: dict[tuple[str, str], bool] = field(default_factory=dict)
    grants: dict[str, int] = field(default_factory=dict)
    birth_date: date | None = None
    status: str = ""
    is_follower: bool = False
    has_staff: bool = False
    last_order_date: date | None = None

    def is_reachable(self, channel: str) -> bool:
        """Whether a message through the channel can arrive."""
        if channel in KNOWN_BY:
            return KNOWN_BY[channel] in self.namespaces
        ways = {
            "mp_subscribe": any(left > 0 for left in self.grants.values()),
            "official_account": self.is_follower,
            "wecom": self.has_staff,
        }
        return ways.get(channel, False)

    def has_agreed(self, channel: str) -> bool:
        """Marketing is granted for the channel or for all, and neither is refused."""
        answers = [self.consents.get(("marketing", name)) for name in ("all", channel)]
        return True in answers and False not in answers

    def has_opted_out(self) -> bool:
        """Whether personalisation is refused anywhere."""
        return any(
            not v for (purpose, _), v in self.consents.items() if purpose == "personalisation"
        )


def gather(
    records: Iterable[Record], owners: Mapping[int, Sequence[Owner]], people: dict[str, Person]
) -> None:
    """Tells the records, oldest first, of `people`, whose ids are those of live known profiles."""
    notes = _Notes(owners, people)
    for record in records:
        notes.take(record)
    notes.conclude()


class _Notes:
    """The newest state of everything that has states, until all records were seen."""

    def __init__(self, owners: Mapping[int, Sequence[Owner]], people: dict[str, Person]) -> None:
        self._owners = owners
        self._people = people
        self._newest: dict[tuple[str, str], Record] = {}
        self._consents: dict[tuple[str, int, str, str], bool] = {}
        self._members: dict[str, datetime] = {}
        self._paid: dict[str, datetime] = {}
        self._takers: dict[str, Callable[[Record], None]] = {
            "commerce__consents": self._keep_newest("consent_id"),
            "commerce__contacts": self._keep_newest("message_id"),
            "commerce__members": self._keep_newest("member_id"),
            "commerce__orders": self._keep_newest("order_id"),
            "commerce__payments": self._take_payment,
            "mini_program__subscriptions": self._take_template_push,
            "official_account__pushes": self._take_follow,
            "official_account__followers": self._take_follower,
            "official_account__wecom_contacts": self._take_staff,
        }

    def take(self, record: Record) -> None:
        self._takers[record.kind](record)

    def conclude(self) -> None:
        """States become facts, in the order of their moments."""
        conclusions = {
            "commerce__consents": self._consent,
            "commerce__contacts": self._contact,
            "commerce__members": self._member,
            "commerce__orders": self._order,
        }
        for record in sorted(self._newest.values(), key=lambda record: record.event_at):
            conclusions[record.kind](record)
        refused: dict[tuple[str, str, str], bool] = defaultdict(lambda: True)
        for (profile_id, _, purpose, channel), is_granted in self._consents.items():
            refused[profile_id, purpose, channel] &= is_granted
        for (profile_id, purpose, channel), is_granted in refused.items():
            self._people[profile_id].consents[purpose, channel] = is_granted

    def _keep_newest(self, key: str) -> Callable[[Record], None]:
        def keep(record: Record) -> None:
            self._newest[record.kind, str(record.body.get(key))] = record

        return keep

    def _owner(self, record: Record, at: datetime) -> Owner | None:
        """Who of `people` the record is of, had it happened at that moment."""
        for owner in self._owners.get(record.set_id or 0, ()):
            is_after = owner.owned_from is None or at >= owner.owned_from
            is_before = owner.owned_to is None or at < owner.owned_to
            if is_after and is_before and owner.profile_id in self._people:
                return owner
        return None

    def _person(self, record: Record, at: datetime | None) -> Person | None:
        owner = self._owner(record, at) if at else None
        return self._people[owner.profile_id] if owner else None

    def _consent(self, record: Record) -> None:
        body, owner = record.body, self._owner(record, record.event_at)
        if owner:
            what = (str(body.get("purpose")), str(body.get("channel") or "all"))
            is_granted = body.get("granted") is True and not body.get("withdrawn_at")
            self._consents[owner.profile_id, owner.account, *what] = is_granted

    def _contact(self, record: Record) -> None:
        body, sent_at = record.body, moment_of(record.body.get("sent_at"))
        person = self._person(record, sent_at)
        if person and sent_at and not moment_of(body.get("failed_at")):
            person.contacts.append(
                Contact(
                    str(body.get("channel")), body.get("offer_id"), str(body.get("class")), sent_at,
                    moment_of(body.get("clicked_at")), moment_of(body.get("rejected_at")),
                )
            )  # fmt: skip

    def _member(self, record: Record) -> None:
        person = self._person(record, moment_of(record.body.get("updated_at")))
        if person:
            born = moment_of(record.body.get("birth_date"))
            person.birth_date = born.date() if born else None
            person.status = str(record.body.get("status") or "")

    def _take_payment(self, record: Record) -> None:
        notice = record.body.get("decrypted", {})
        paid_at = moment_of(notice.get("success_time"))
        if notice.get("trade_state") == "SUCCESS" and paid_at:
            self._paid.setdefault(str(notice.get("out_trade_no")), paid_at)

    def _order(self, record: Record) -> None:
        body = record.body
        paid_at = moment_of(body.get("paid_at")) or self._paid.get(str(body.get("order_id")))
        person = self._person(record, paid_at)
        is_cancelled = body.get("cancelled_at") or body.get("status") == "cancelled"
        if person and paid_at and not is_cancelled:
            day = paid_at.astimezone(SHANGHAI).date()
            person.last_order_date = max(day, person.last_order_date or day)

    def _take_template_push(self, record: Record) -> None:
        person = self._person(record, record.event_at)
        if person is None:
            return
        for item in _templates(record.body):
            template = str(item.get("TemplateId"))
            bought = _messages_bought(str(record.body.get("Event")), item)
            person.grants[template] = (
                0 if bought is None else person.grants.get(template, 0) + bought
            )

    def _take_follow(self, record: Record) -> None:
        person, event = self._person(record, record.event_at), record.body.get("Event")
        if person and event in {"subscribe", "unsubscribe"}:
            person.is_follower = event == "subscribe"

    def _take_follower(self, record: Record) -> None:
        person = self._person(record, moment_of(record.body.get("pulled_at")))
        if person:
            person.is_follower = record.body.get("user_info_list", {}).get("subscribe") == 1

    def _take_staff(self, record: Record) -> None:
        person = self._person(record, record.event_at)
        if person:
            person.has_staff = True


def _templates(body: Body) -> list[Body]:
    """What a push tells, by template: an object or a list, at the top or, in XML, one below."""
    inner = next((value for key, value in body.items() if key.startswith("SubscribeMsg")), body)
    found = inner.get("List") or []
    return [found] if isinstance(found, Mapping) else list(found)


def _messages_bought(event: str, item: Body) -> int | None:
    """One for a yes, minus one for a message that arrived; None takes all back."""
    answer = item.get("SubscribeStatusString")
    if str(item.get("ErrorCode")) == "43101":
        return None
    if event == "subscribe_msg_change_event" and answer == "reject":
        return None
    if event == "subscribe_msg_popup_event" and answer == "accept":
        return 1
    is_used = event == "subscribe_msg_sent_event" and item.get("ErrorStatus") == "success"
    return -1 if is_used else 0


def moment_of(text: object) -> datetime | None:
    """ISO 8601; without a zone it is the brand's clock. None when there is no such moment."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
