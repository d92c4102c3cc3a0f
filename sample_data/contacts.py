"""Messages the brand sends to a member and what comes of them."""

import math
from dataclasses import dataclass
from typing import Final

from sample_data.brand import APP, CATEGORIES, MALL, OFFERS, SERVICE_ACCOUNT, TEMPLATES
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, day_of, midnight

FATIGUE: Final = 2
WEEK_SECONDS: Final = 7 * DAY_SECONDS
PER_WEEK: Final = 0.22
PER_WEEK_TOO_MANY: Final = 2.2
ACCOUNT_OF: Final = {"mp_subscribe": MALL, "official_account": SERVICE_ACCOUNT, "push": APP}


@dataclass(slots=True)
class Contact:
    """One message; the times are 0 for what never happened."""

    message_id: str
    channel: str
    template_id: str
    offer_id: str
    message_class: str
    sent: int
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    failed: int = 0
    rejected: int = 0
    errcode: int = 0

    @property
    def account(self) -> str:
        """The account that sends, or an empty string for SMS and mail."""
        return ACCOUNT_OF.get(self.channel, "")

    @property
    def last_change(self) -> int:
        """When something happened to the message last."""
        times = (self.sent, self.delivered, self.opened, self.clicked, self.failed, self.rejected)
        return max(times)


def contacts_of(dice: Dice, person: Person, period: Period) -> list[Contact]:
    """Return what is sent to a member, oldest first; a few get far too much."""
    if not person.is_member:
        return []
    per_week = PER_WEEK_TOO_MANY if dice.chance(0.06) else PER_WEEK
    contacts: list[Contact] = []
    at = person.registered_at + int(dice.expovariate(per_week) * WEEK_SECONDS) + DAY_SECONDS
    while at < period.end:
        sent = midnight(day_of(at)) + dice.randrange(9 * HOUR_SECONDS, 21 * HOUR_SECONDS)
        channel = _channel(dice, person, sent)
        if channel and sent > person.registered_at:
            contacts.append(_contact(dice, person, (sent, channel), contacts))
        at += int(dice.expovariate(per_week) * WEEK_SECONDS) + 5 * HOUR_SECONDS
    return contacts


def _channel(dice: Dice, person: Person, at: int) -> str:
    ways = ["mp_subscribe"] if MALL in person.openids else []
    ways += ["official_account"] if person.is_follower(at) else []
    ways += ["sms"] if person.phone_at(at) else []
    ways += ["email"] if person.email_at(at) else []
    ways += ["push"] if person.device_at(at) else []
    if person.habits.contact_channel in ways and dice.chance(0.4):  # learnt
        return person.habits.contact_channel
    return dice.choice(ways) if ways else ""


def _contact(dice: Dice, person: Person, when: tuple[int, str], earlier: list[Contact]) -> Contact:
    sent, channel = when
    category = dice.choices(CATEGORIES, person.habits.categories)[0]
    contact = Contact(
        message_id=f"MSG{person.number:07d}{len(earlier):03d}",
        channel=channel,
        template_id=dice.choice(TEMPLATES),
        offer_id=OFFERS[category],
        message_class=dice.choices(("marketing", "impression", "service"), (0.8, 0.08, 0.12))[0],
        sent=sent,
    )
    recent = sum(1 for other in earlier[-9:] if sent - other.sent < WEEK_SECONDS)
    if dice.chance(0.04) or not person.is_active(sent):  # fails
        contact.failed, contact.errcode = sent + 2, 43_101 if channel == "mp_subscribe" else 43_004
    else:
        _respond(dice, person, contact, recent)
    return contact


def _respond(dice: Dice, person: Person, contact: Contact, recent: int) -> None:
    """Open what comes on the favourite channel, tire of too much, reject at the end."""
    contact.delivered = contact.sent + dice.randrange(1, 40)
    liking = 0.62 if contact.channel == person.habits.contact_channel else 0.18
    if dice.chance(liking * math.exp(-0.3 * recent)):
        contact.opened = contact.delivered + dice.randrange(30, 20 * HOUR_SECONDS)
        if dice.chance(0.2 + 0.35 * person.habits.price_sensitivity):
            contact.clicked = contact.opened + dice.randrange(2, 90)
    elif recent > FATIGUE and dice.chance(0.06):
        contact.rejected = contact.delivered + dice.randrange(60, HOUR_SECONDS)
