"""What somebody buys over time: orders with lines that add up to the fen."""

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from sample_data.brand import (
    BRANDS,
    CATEGORIES,
    MALL,
    STORES,
    Product,
    Season,
    season_at,
)
from sample_data.dice import Dice
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, day_of, midnight

if TYPE_CHECKING:
    from sample_data.people import Habits, Person

FREE_SHIPPING_FEN: Final = 9_900
SHIPPING_FEN: Final = 800
MOST_ORDERS: Final = 99  # the number of an order has two digits
UNPAID_SHARE: Final = 0.14
REFUND_SHARE: Final = 0.045
DISCOUNT_PERCENT: Final = {
    "coupon": 12,
    "group_buy": 15,
    "flash_sale": 25,
    "bargain": 18,
    "none": 0,
}


@dataclass(slots=True)
class Line:
    """One line of an order; `discount_fen` is off the whole line."""

    product: Product
    quantity: int
    unit_price_fen: int
    discount_fen: int
    refunded_quantity: int = 0

    @property
    def net_fen(self) -> int:
        """What the line costs after its discount."""
        return self.quantity * self.unit_price_fen - self.discount_fen


@dataclass(slots=True)
class Order:
    """An order and when what happened to it; 0 stands for never."""

    order_id: str
    channel: str
    store_id: str
    promotion: str
    created: int
    lines: list[Line]
    paid: int = 0
    shipped: int = 0
    completed: int = 0
    cancelled: int = 0
    refunded: int = 0
    coupon_codes: list[str] = field(default_factory=list)

    @property
    def discount_fen(self) -> int:
        """The discounts of all lines."""
        return sum(line.discount_fen for line in self.lines)

    @property
    def shipping_fen(self) -> int:
        """Nothing in a shop or from a threshold on."""
        net = sum(line.net_fen for line in self.lines)
        return 0 if self.channel == "store" or net >= FREE_SHIPPING_FEN else SHIPPING_FEN

    @property
    def total_fen(self) -> int:
        """Lines minus discounts plus shipping: what is paid."""
        return sum(line.net_fen for line in self.lines) + self.shipping_fen

    @property
    def refund_fen(self) -> int:
        """The value of the refunded quantities, each line's discount shared by its pieces."""
        return sum(line.net_fen * line.refunded_quantity // line.quantity for line in self.lines)

    @property
    def states(self) -> list[tuple[int, str]]:
        """When the order entered which status, in order of time."""
        times = [
            (self.created, "created"),
            (self.paid, "paid"),
            (self.shipped, "shipped"),
            (self.completed, "completed"),
            (self.cancelled, "cancelled"),
            (self.refunded, "refunded"),
        ]
        return [(at, status) for at, status in times if at]


class Shop:
    """Draws orders from a catalogue."""

    def __init__(
        self, period: Period, products: tuple[Product, ...], seasons: tuple[Season, ...]
    ) -> None:
        """Sell `products` in `period`."""
        self.period = period
        self.products = products
        self.seasons = seasons
        self._shelves = {c: [p for p in products if p.category == c] for c in CATEGORIES}
        self._tastes = {
            (category, number): _taste(shelf, brand)
            for category, shelf in self._shelves.items()
            for number, brand in enumerate(BRANDS)
        }

    def orders_of(self, dice: Dice, person: "Person") -> list[Order]:
        """Return everything somebody orders, oldest first."""
        orders: list[Order] = []
        gap = person.habits.order_gap_days * DAY_SECONDS
        at = person.born + int(dice.expovariate(1) * gap * 0.4)
        while at < self.period.end - 2 * HOUR_SECONDS and len(orders) < MOST_ORDERS:
            if person.is_active(at):
                order = self._order(dice, person, at, len(orders))
                if order is not None:
                    orders.append(order)
            pull = 0.5 if season_at(self.seasons, at) else 1.0
            at += int(gap * dice.lognormvariate(-0.1, 0.45) * pull) + HOUR_SECONDS
        return orders

    def _order(self, dice: Dice, person: "Person", at: int, number: int) -> Order | None:
        created = max(usual_time(dice, person, at), person.born + 300)
        created = min(created, self.period.end - 2 * HOUR_SECONDS)
        channel = self._channel(dice, person, created)
        if channel is None:
            return None
        promotion = self._promotion(dice, person.habits, created)
        order = Order(
            order_id=f"O{person.number:07d}{number:02d}",
            channel=channel,
            store_id=person.home_store if channel != "store" else dice.choice(STORES),
            promotion=promotion,
            created=created,
            lines=self._lines(dice, person.habits, day_of(created), promotion),
        )
        self._fulfil(dice, order)
        return order

    def _channel(self, dice: Dice, person: "Person", at: int) -> str | None:
        mall, app, web = person.habits.channels
        ways = {"mini_program": mall} if MALL in person.openids else {}
        if person.member_at(at):
            ways["store"] = 0.14
            ways |= {"app": app} if person.devices else {}
            ways |= {"web": web} if person.cookies else {}
        elif dice.chance(0.5):  # only half of them buy without an account
            return None
        return dice.weighted(ways) if ways else None

    def _promotion(self, dice: Dice, habits: "Habits", at: int) -> str:
        extra = 0.25 if season_at(self.seasons, at) else 0.0
        if not dice.chance(habits.price_sensitivity + extra):
            return "none"
        if habits.promotion != "none" and dice.chance(0.75):
            return habits.promotion
        return dice.choice(("coupon", "group_buy", "flash_sale"))

    def _lines(self, dice: Dice, habits: "Habits", day: int, promotion: str) -> list[Line]:
        picked = (self.pick(dice, habits) for _ in range(dice.choice((1, 1, 2, 2, 3))))
        percent = DISCOUNT_PERCENT[promotion]
        lines = []
        for product in dict.fromkeys(picked):
            quantity = dice.choice((1, 1, 1, 2, 2, 3))
            price = product.price_fen(day)
            lines.append(Line(product, quantity, price, quantity * price * percent // 100))
        return lines

    def pick(self, dice: Dice, habits: "Habits") -> Product:
        """Return a product to somebody's taste."""
        category = dice.choices(CATEGORIES, habits.categories)[0]
        weights = self._tastes[category, habits.brand_number]
        return dice.choices(self._shelves[category], cum_weights=weights)[0]

    def _fulfil(self, dice: Dice, order: Order) -> None:
        end = self.period.end
        if order.channel != "store" and dice.chance(UNPAID_SHARE):
            order.cancelled = order.created + 1_800
            return
        order.paid = order.created + dice.randrange(20, 400)
        if order.channel == "store":
            order.completed = order.paid + 60
        else:
            shipped = order.paid + dice.randrange(4, 40) * HOUR_SECONDS
            completed = shipped + dice.randrange(2, 8) * DAY_SECONDS
            order.shipped = shipped if shipped < end else 0
            order.completed = completed if completed < end else 0
        if order.completed and dice.chance(REFUND_SHARE):
            self._refund(dice, order)

    def _refund(self, dice: Dice, order: Order) -> None:
        at = order.completed + dice.randrange(1, 7) * DAY_SECONDS
        if at >= self.period.end:
            return
        order.refunded = at
        for line in order.lines if dice.chance(0.6) else order.lines[:1]:
            line.refunded_quantity = line.quantity


def _taste(shelf: list[Product], favourite: str) -> list[float]:
    """Return how often each product of a shelf is picked, added up: first places sell better."""
    likings = (4.0 if product.brand == favourite else 1.0 for product in shelf)
    return list(accumulate(liking * (1.6 - 0.12 * n) for n, liking in enumerate(likings)))


def usual_time(dice: Dice, person: "Person", at: int) -> int:
    """Return a time on the day of `at`, at an hour this person likes."""
    hour = person.habits.peak_hour + dice.gauss(0, 1.3)
    if dice.chance(0.15):
        hour = dice.uniform(7, 23.5)
    return midnight(day_of(at)) + int(min(max(hour, 0.2), 23.9) * HOUR_SECONDS)
