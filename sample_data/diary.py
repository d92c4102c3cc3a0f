"""Writes down what the people of a chunk did, person by person, channel by channel."""

from typing import Final

from sample_data.app import AppFormat
from sample_data.brand import MALL, SERVICE_ACCOUNT
from sample_data.commerce import CommerceFormat
from sample_data.contacts import Contact, contacts_of
from sample_data.dice import Dice
from sample_data.loyalty import Coupon, check_ins_of, coupons_of, points_of, tier_changes
from sample_data.mini_program import MiniProgramFormat
from sample_data.official_account import OfficialAccountFormat
from sample_data.people import FOREVER, Person
from sample_data.programme import ProgrammeFormat
from sample_data.recorder import Recorder
from sample_data.service import write_conversations
from sample_data.shopping import Order, Shop
from sample_data.stored_value import write_stored_value
from sample_data.subscriptions import message_sent, privacy_withdrawn
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS
from sample_data.visits import PROGRAMS, Visit, plan_visits, touches_of
from sample_data.web import WebFormat
from sample_data.wecom import pull_staff_contacts, write_staff_pushes

# Where a click on a message leads: channel and entry scene.
LANDINGS: Final = {
    "mp_subscribe": ("mall", 1_014),
    "official_account": ("mall", 1_043),
    "sms": ("mall", 1_194),
    "email": ("web", 1_000),
    "push": ("app", 1_000),
}


class Diary:
    """Everything somebody did, in the formats of the sources."""

    def __init__(self, recorder: Recorder, dice: Dice, shop: Shop) -> None:
        """Write through `recorder`; draw with `dice`; sell from `shop`."""
        self.recorder, self.dice, self.shop = recorder, dice, shop
        self.period = recorder.period
        self.mini_program = MiniProgramFormat(recorder, dice)
        self.app = AppFormat(recorder, dice)
        self.web = WebFormat(recorder, dice)
        self.official_account = OfficialAccountFormat(recorder, dice)
        self.commerce = CommerceFormat(recorder, dice)
        self.programme = ProgrammeFormat(recorder, dice)

    def write(self, people: list[Person]) -> None:
        """Write what these people did, and whom the pulled lists of the accounts name."""
        for person in people:
            self._write_person(person)
        self.official_account.pull_followers(people)
        pull_staff_contacts(self.recorder, people)

    def _write_person(self, person: Person) -> None:
        orders = self.shop.orders_of(self.dice, person)
        self._follow_after_purchase(person, orders)
        coupons = coupons_of(self.dice, person, orders, self.shop)
        for order in orders:
            self.commerce.write_order(person, order)
        self.programme.write_consents(person)
        if person.is_member:
            self._write_programme(person, orders, coupons)
            self._write_contacts(person)
        self._write_visits(person, orders, coupons)
        self.official_account.write(person, orders)
        self._write_privacy(person)

    def _follow_after_purchase(self, person: Person, orders: list[Order]) -> None:
        """Many follow the service account because a parcel told them to."""
        paid = [order.paid for order in orders if order.paid]
        if not paid or SERVICE_ACCOUNT not in person.openids or not self.dice.chance(0.5):
            return
        at = paid[0] + self.dice.randrange(300, 2 * DAY_SECONDS)
        if person.unfollowed_at == FOREVER and at < self.period.end - HOUR_SECONDS:
            person.followed_at = at

    def _write_programme(self, person: Person, orders: list[Order], coupons: list[Coupon]) -> None:
        tiers = tier_changes(person, orders)
        check_ins = check_ins_of(self.dice, person, self.period)
        self.commerce.write_member(person, tiers)
        self.programme.write_coupons(person, coupons)
        self.programme.write_points(person, points_of(self.dice, person, orders, check_ins))
        self.programme.write_tiers(person, tiers)
        self.programme.write_check_ins(person, check_ins)
        self.programme.write_referral(person)
        write_stored_value(self.recorder, self.dice, person, orders)
        write_conversations(self.recorder, self.dice, person, orders)
        write_staff_pushes(self.recorder, person)

    def _write_contacts(self, person: Person) -> None:
        for contact in contacts_of(self.dice, person, self.period):
            self.programme.write_contact(person, contact)
            if contact.sent >= self.period.start:
                self._report(person, contact)

    def _report(self, person: Person, contact: Contact) -> None:
        """Write what the channel itself tells about a message; a click becomes a visit."""
        if contact.channel == "mp_subscribe":
            message_sent(self.recorder, person, contact)
        elif contact.channel == "official_account" and contact.message_class == "service":
            self.official_account.template_sent(person, contact)
        elif contact.channel == "push" and contact.delivered:
            self.app.push(person, contact.delivered, "Push Notification Received", contact.offer_id)
        if not 0 < contact.clicked < self.period.end - HOUR_SECONDS:
            return
        channel, scene = LANDINGS[contact.channel]
        if contact.channel == "push":
            self.app.push(person, contact.clicked, "Push Notification Tapped", contact.offer_id)
        if channel != "mall" or MALL in person.openids:
            person.visits.append(Visit(contact.clicked + 2, channel, scene=scene))

    def _write_visits(self, person: Person, orders: list[Order], coupons: list[Coupon]) -> None:
        by_order = {coupon.order_id: coupon for coupon in coupons if coupon.used}
        if MALL in person.openids:
            claims = (coupon for coupon in coupons if coupon.claimed and not coupon.used)
            person.visits += [Visit(c.claimed, "mall", coupon=c, logs_in=True) for c in claims]
        for visit in plan_visits(self.dice, person, orders, self.shop):
            if visit.order is not None and visit.channel == "mall":
                visit.coupon = by_order.get(visit.order.order_id)
            touches = touches_of(self.dice, visit, person, self.shop)
            self._writer(visit).write(person, visit, touches)

    def _writer(self, visit: Visit) -> MiniProgramFormat | AppFormat | WebFormat:
        if visit.channel in PROGRAMS:
            return self.mini_program
        return self.app if visit.channel == "app" else self.web

    def _write_privacy(self, person: Person) -> None:
        """A few withdraw their phone number."""
        if person.number % 211 or MALL not in person.openids:
            return
        at = self.period.start + person.number * 7_919 % (self.period.end - self.period.start)
        if person.is_active(at):
            privacy_withdrawn(self.recorder, person, at)
