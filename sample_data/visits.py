"""What somebody does on a channel: visits in the days with daily files, touch by touch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sample_data.brand import MALL, STORE_PROGRAM, Product, season_at
from sample_data.dice import Dice
from sample_data.shopping import Order, Shop, usual_time
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, day_of, is_weekend, midnight

if TYPE_CHECKING:
    from sample_data.loyalty import Coupon
    from sample_data.people import Device, Person

PROGRAMS: Final = {"mall": MALL, "store_program": STORE_PROGRAM}
SHARED_CARD: Final = 1_008


@dataclass(slots=True)
class Visit:
    """One stay on one channel.

    `device` and `cookie` are given when they are not the visitor's own; `authorises` is the phone
    that a WeChat account hands to the mini-program, `unbinds` the one a member gives up; `logs_in`
    leaves the login no choice; `scene` is the entry, 0 for the usual one.
    """

    at: int
    channel: str
    order: Order | None = None
    coupon: "Coupon | None" = None
    device: "Device | None" = None
    cookie: str = ""
    authorises: str = ""
    unbinds: str = ""
    registers: bool = False
    logs_in: bool = False
    scene: int = 0


@dataclass(slots=True)
class Touch:
    """One thing done during a visit; `verb` is the canonical name of the event."""

    at: int
    verb: str
    product: Product | None = None
    order: Order | None = None
    coupon: "Coupon | None" = None
    text: str = ""


def plan_visits(dice: Dice, person: "Person", orders: list[Order], shop: Shop) -> list[Visit]:
    """Return every visit of somebody in the days with daily files, in order of time.

    The last one before a long absence comes first when it lies in the history: without it nobody
    could tell that somebody came back.
    """
    period = shop.period
    visits = [v for v in person.visits if period.start <= v.at < period.end - 600]
    visits += [
        Visit(order.created - dice.randrange(120, 600), _channel_of(order), order=order)
        for order in orders
        if order.created - 700 >= period.start and order.channel != "store"
    ]
    visits += _last_visit_before_absence(person, period)
    visits += _first_visits(person, period)
    visits += _habitual_visits(dice, person, shop)
    return sorted(visits, key=lambda visit: (visit.at, visit.channel))


def _channel_of(order: Order) -> str:
    return "mall" if order.channel == "mini_program" else order.channel


def _last_visit_before_absence(person: "Person", period: Period) -> list[Visit]:
    at = person.away[0] - HOUR_SECONDS
    is_history = max(person.born, period.birth) < at < period.start - HOUR_SECONDS
    return [Visit(at, "mall", logs_in=True)] if is_history and MALL in person.openids else []


def _first_visits(person: "Person", period: Period) -> list[Visit]:
    visits = []
    entry = _entry_channel(person)
    if entry and period.start <= person.born:
        scene = SHARED_CARD if person.inviter is not None else 0
        visits.append(Visit(person.born, entry, scene=scene))
    if entry and period.start + 300 < person.registered_at < period.end:
        visits.append(Visit(person.registered_at - 120, entry, registers=True))
    return visits


def _entry_channel(person: "Person") -> str:
    if MALL in person.openids:
        return "mall"
    if person.devices:
        return "app"
    return "web" if person.cookies else ""


def _channels_of(person: "Person") -> dict[str, float]:
    """Return the channels somebody uses with their weights."""
    mall, app, web = person.habits.channels
    found = {"mall": mall} if MALL in person.openids else {}
    if STORE_PROGRAM in person.openids:
        found |= {"mall": mall / 2, "store_program": mall / 2 + 0.05}
    if person.devices:
        found["app"] = app
    if person.cookies:
        found["web"] = web
    return found


def _habitual_visits(dice: Dice, person: "Person", shop: Shop) -> list[Visit]:
    """Return visits at the usual hours: more on the favourite days, in a season, and when new."""
    channels = _channels_of(person)
    visits = []
    for day in range(max(shop.period.first_day, day_of(person.born)), shop.period.last_day + 1):
        noon = midnight(day) + DAY_SECONDS // 2
        chance = person.habits.visits_per_month / 30
        chance *= person.habits.weekend_weight if is_weekend(day) else 1.0
        chance *= 1.3 if season_at(shop.seasons, noon) else 1.0
        chance *= 1.0 + 4.0 / (2 + day - day_of(person.born))
        if not channels or not person.is_active(noon) or not dice.chance(chance):
            continue
        at = usual_time(dice, person, noon)
        if person.born < at < shop.period.end - 900:
            visits.append(Visit(at, dice.weighted(channels)))
    return visits


def touches_of(dice: Dice, visit: Visit, person: "Person", shop: Shop) -> list[Touch]:
    """Return what happens during a visit, in order of time."""
    if visit.order is not None:
        return _purchase(dice, visit, visit.order)
    if visit.registers:
        return _registration(person.registered_at, shop.pick(dice, person.habits))
    return _browsing(dice, visit, person, shop)


def _purchase(dice: Dice, visit: Visit, order: Order) -> list[Touch]:
    steps = [Touch(0, "launch"), Touch(0, "page_view", text="home")]
    if dice.chance(0.3):
        steps.append(Touch(0, "search", text=order.lines[0].product.keyword))
    for line in order.lines:
        steps += [Touch(0, "product_view", line.product), Touch(0, "cart_add", line.product)]
    gap = max(1, (order.created - visit.at) // (len(steps) + 1))
    for number, step in enumerate(steps):
        step.at = visit.at + number * gap
    if visit.coupon is not None:
        steps.append(Touch(visit.coupon.claimed, "coupon_claim", coupon=visit.coupon))
    steps.append(Touch(order.created, "checkout_start", order=order))
    if order.paid:
        steps.append(Touch(order.paid, "order_paid", order=order))
    steps.append(Touch(steps[-1].at + dice.randrange(5, 60), "hide"))
    return steps


def _registration(at: int, product: Product) -> list[Touch]:
    return [
        Touch(at - 120, "launch"),
        Touch(at - 100, "page_view", text="home"),
        Touch(at - 60, "product_view", product),
        Touch(at - 20, "login_wall"),
        Touch(at, "sign_up"),
        Touch(at + 30, "page_view", text="member"),
        Touch(at + 60, "product_view", product),
        Touch(at + 90, "hide"),
    ]


def _browsing(dice: Dice, visit: Visit, person: "Person", shop: Shop) -> list[Touch]:
    page = dice.choice(("home", "category", "home"))
    steps = [Touch(0, "launch"), Touch(0, "page_view", text=page)]
    if visit.coupon is not None:
        steps.append(Touch(0, "coupon_claim", coupon=visit.coupon))
    if dice.chance(0.15):
        steps.append(Touch(0, "search", text=shop.pick(dice, person.habits).keyword))
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 4))):
        product = shop.pick(dice, person.habits)
        steps.append(Touch(0, "product_view", product))
        if dice.chance(0.12):
            steps.append(Touch(0, "cart_add", product))
    if dice.chance(0.06):
        steps.append(Touch(0, "share"))
    if not person.member_at(visit.at) and dice.chance(0.2):
        steps.append(Touch(0, "login_wall"))  # asked for a login, the visitor leaves
    steps.append(Touch(0, "hide"))
    at = visit.at
    for step in steps:
        step.at = at
        at += dice.randrange(4, 70)
    return steps
