"""Coupons, points, tiers, check-ins: what the loyalty programme keeps about a member."""

from dataclasses import dataclass
from typing import Final

from sample_data.brand import CATEGORIES, OFFERS, season_at
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.shopping import Order, Shop
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, day_of, midnight

COUPON_DAYS: Final = 14
ENOUGH_POINTS: Final = 500
TIERS: Final = ((0, "basic"), (60_000, "silver"), (250_000, "gold"), (800_000, "diamond"))
FACES_FEN: Final = ((500, 3_900), (1_000, 6_900), (2_000, 12_900))


@dataclass(slots=True)
class Coupon:
    """One coupon and when what happened to it; 0 stands for never."""

    code: str
    batch_id: str
    campaign_id: str
    face_fen: int
    threshold_fen: int
    issued: int
    claimed: int = 0
    used: int = 0
    order_id: str = ""

    @property
    def valid_to(self) -> int:
        """The end of the day on which it expires."""
        return midnight(day_of(self.issued) + COUPON_DAYS + 1) - 1

    @property
    def events(self) -> list[tuple[int, str]]:
        """What happened to it, in order of time, as if time did not end."""
        events = [(self.issued, "issued")]
        events += [(self.claimed, "claimed")] if self.claimed else []
        events += [(self.used, "used")] if self.used else [(self.valid_to, "expired")]
        return events


def coupons_of(dice: Dice, person: Person, orders: list[Order], shop: Shop) -> list[Coupon]:
    """Return a member's coupons: those her orders used, and those she let expire."""
    if not person.is_member:
        return []
    coupons = [_welcome(dice, person)]
    for order in orders:
        if order.promotion == "coupon" and order.paid and person.member_at(order.created):
            coupons.append(_used(dice, person, order, len(coupons)))
            order.coupon_codes.append(coupons[-1].code)
    day = day_of(person.registered_at) + 9
    while day < shop.period.last_day:
        if person.is_active(midnight(day)):
            coupons.append(_unused(dice, person, midnight(day) + 10 * HOUR_SECONDS, len(coupons)))
        is_season = season_at(shop.seasons, midnight(day)) is not None
        day += dice.randrange(8, 30) if is_season else dice.randrange(50, 150)
    return coupons


def _coupon(dice: Dice, person: Person, number: int, issued: int, batch: str) -> Coupon:
    face, threshold = dice.choice(FACES_FEN)
    return Coupon(
        code=f"C{person.number:07d}{number:02d}",
        batch_id=batch,
        campaign_id=f"CP-{batch}",
        face_fen=face,
        threshold_fen=threshold,
        issued=issued,
    )


def _welcome(dice: Dice, person: Person) -> Coupon:
    coupon = _coupon(dice, person, 0, person.registered_at + 5, "WELCOME")
    coupon.claimed = coupon.issued
    return coupon


def _used(dice: Dice, person: Person, order: Order, number: int) -> Coupon:
    is_mall = order.channel == "mini_program"
    wait = 40 if is_mall else dice.randrange(HOUR_SECONDS, 5 * DAY_SECONDS)
    claimed = max(order.created - wait, person.registered_at + 6)
    issued = max(claimed - dice.randrange(2, 5 * DAY_SECONDS), person.registered_at + 5)
    batch = OFFERS[order.lines[0].product.category]
    coupon = _coupon(dice, person, number, issued, batch)
    coupon.claimed, coupon.used, coupon.order_id = claimed, order.paid, order.order_id
    return coupon


def _unused(dice: Dice, person: Person, at: int, number: int) -> Coupon:
    category = dice.choices(CATEGORIES, person.habits.categories)[0]
    coupon = _coupon(dice, person, number, at + dice.randrange(3_600), OFFERS[category])
    if dice.chance(0.2 + 0.5 * person.habits.price_sensitivity):  # the keen ones
        coupon.claimed = coupon.issued + dice.randrange(HOUR_SECONDS, 10 * DAY_SECONDS)
    return coupon


@dataclass(slots=True)
class PointsEntry:
    """One line of the points ledger; `balance_after` follows from the order of time."""

    at: int
    delta: int
    reason: str
    ref_id: str
    balance_after: int = 0


def points_of(
    dice: Dice, person: Person, orders: list[Order], check_ins: list[tuple[int, int]]
) -> list[PointsEntry]:
    """Return a member's points ledger in order of time; the balance is never below zero."""
    entries = [PointsEntry(person.registered_at + 8, 100, "adjust", "welcome")]
    entries += [
        PointsEntry(order.completed + 5, order.total_fen // 100, "order", order.order_id)
        for order in orders
        if order.completed and person.member_at(order.created)
    ]
    entries += [PointsEntry(at, 5, "check_in", f"streak-{streak}") for at, streak in check_ins]
    entries.sort(key=lambda entry: (entry.at, entry.reason))
    return list(_balanced(dice, entries))


def _balanced(dice: Dice, entries: list[PointsEntry]) -> list[PointsEntry]:
    balance, ledger = 0, []
    for entry in entries:
        balance += entry.delta
        entry.balance_after = balance
        ledger.append(entry)
        if balance > ENOUGH_POINTS and entry.reason == "order" and dice.chance(0.2):
            spent = balance // 2 // 100 * 100
            balance -= spent
            ledger.append(PointsEntry(entry.at + 60, -spent, "redeem", entry.ref_id, balance))
    return ledger


def check_ins_of(dice: Dice, person: Person, period: Period) -> list[tuple[int, int]]:
    """Return (time, length of the streak) of a member's check-ins in the daily days."""
    if not dice.chance(0.12):
        return []
    found, streak = [], 0
    for day in range(max(period.first_day, day_of(person.registered_at) + 1), period.last_day + 1):
        at = midnight(day) + 8 * HOUR_SECONDS + dice.randrange(3_600)
        streak = streak + 1 if dice.chance(0.8) and person.is_active(at) else 0
        if streak:
            found.append((at, streak))
    return found


def tier_changes(person: Person, orders: list[Order]) -> list[tuple[int, str, str]]:
    """Return (time, from, to) whenever what was spent passes a threshold."""
    spent, tier, changes = 0, TIERS[0][1], []
    for order in sorted(orders, key=lambda o: (o.completed, o.order_id)):
        if not order.completed or not person.member_at(order.created):
            continue
        spent += order.total_fen
        reached = [name for threshold, name in TIERS if threshold <= spent][-1]
        if reached != tier:
            changes.append((order.completed + 30, tier, reached))
            tier = reached
    return changes
