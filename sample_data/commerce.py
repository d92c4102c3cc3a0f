"""The shop's and the loyalty programme's records of one person."""

from typing import Any, Final

from sample_data.brand import APP, MALL, MERCHANT, Product
from sample_data.dice import Dice
from sample_data.invented import PLACEHOLDER_PHONE
from sample_data.landing import Kind, Record
from sample_data.people import FOREVER, Person
from sample_data.recorder import Recorder
from sample_data.shopping import Line, Order
from sample_data.timeline import DAY_SECONDS, day_of, iso, midnight

FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
PHONE_STYLES: Final = {"plain": 0.90, "spaced": 0.07, "full_width": 0.01, "country": 0.02}
EARN_DAYS: Final = 365


def kind(name: str) -> Kind:
    """Return the kind of a record of this source."""
    return "commerce", name


def written_phone(dice: Dice, phone: str) -> str | None:
    """Return a phone the way people and systems write it, or None when there is none."""
    if not phone:
        return None
    style = dice.weighted(PHONE_STYLES)
    if style == "spaced":
        return f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}"
    if style == "full_width":
        return phone.translate(FULL_WIDTH)
    return f"86{phone}" if style == "country" else phone


class CommerceFormat:
    """Writes members, orders, payments and refunds."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder = recorder
        self.dice = dice

    def _write(self, name: str, at: int, record: Record) -> None:
        if at < self.recorder.period.end:
            self.recorder.record(kind(name), at, record)

    def write_member(self, person: Person, tiers: list[tuple[int, str, str]]) -> None:
        """Write the member's record at the registration and at every change."""
        changes = {person.registered_at, *person.updates, *(at for at, _, _ in tiers)}
        changes |= {held.since for held in person.phones if held.since > person.registered_at}
        changes |= {held.until for held in person.phones if held.until < FOREVER}
        for at in sorted(changes):
            self._write("members", at + 2, self._member(person, at, tiers))

    def _member(self, person: Person, at: int, tiers: list[tuple[int, str, str]]) -> Record:
        reached = [tier for changed, _, tier in tiers if changed <= at]
        phone = person.phone_at(at)
        return {
            "member_id": person.member_id,
            "updated_at": iso(at),
            "registered_at": iso(person.registered_at),
            "status": "active",
            "closed_at": None,
            "birth_date": person.birth_date,
            "gender": person.gender,
            "home_store": person.home_store,
            "guide_id": f"G{person.number % 40:02d}",
            "guardian_consent": person.guardian_consent,
            "tier": reached[-1] if reached else "basic",
            "phone": written_phone(self.dice, phone),
            "is_phone_verified": bool(phone) and person.is_verified,
            "email": person.email_at(at) or None,
            "appid": MALL if MALL in person.openids else None,
            "openid": person.openids.get(MALL),
            "unionid": (person.unionid_at(at) or None) if MALL in person.openids else None,
        }

    def write_order(self, person: Person, order: Order) -> None:
        """Write an order's states, its lines, its payment and its refund."""
        start = self.recorder.period.start
        states = order.states
        settled = [state for state in states if state[0] < start][-1:]
        for at, status in [*settled, *(state for state in states if state[0] >= start)]:
            if status not in {"created", "shipped"} or len(states) == 1:
                self._write("orders", at + 1, self._order(person, order, at, status))
        for number, line in enumerate(order.lines, start=1):
            self._write("order_lines", order.created + 2, self._line(order, number, line))
        if order.paid:
            self._write("payments", order.paid + 3, self._payment(person, order))
        if order.refunded:
            self._write("refunds", order.refunded + 3, _refund(order))

    def _order(self, person: Person, order: Order, at: int, status: str) -> Record:
        appid = {"mini_program": MALL, "app": APP}.get(order.channel, "")
        member_id = person.member_at(order.created)
        phone = written_phone(self.dice, person.phone_at(at))
        if order.channel == "store" and self.dice.chance(0.05):
            phone = PLACEHOLDER_PHONE  # what a hurried till types in
        times = {status: moment for moment, status in order.states if moment <= at}
        return {
            "order_id": order.order_id,
            "updated_at": iso(at),
            "created_at": iso(order.created),
            "paid_at": _time(times.get("paid")),
            "completed_at": _time(times.get("completed")),
            "cancelled_at": _time(times.get("cancelled")),
            "status": status,
            "channel": order.channel,
            "scene": 1_089 if order.channel == "mini_program" else None,
            "store_id": order.store_id,
            "member_id": member_id or None,
            "appid": appid if appid in person.openids else None,
            "openid": person.openids.get(appid) or _absent(person),
            "phone": phone,
            "receiver_phone": self._receiver(person, order),
            "total_fen": order.total_fen,
            "discount_fen": order.discount_fen,
            "shipping_fen": order.shipping_fen,
            "currency": "CNY",
            "coupon_codes": order.coupon_codes,
            "promotion_type": order.promotion,
            "referrer_member_id": _referrer(person, order),
        }

    def _receiver(self, person: Person, order: Order) -> str | None:
        """Parcels often go to somebody else: a receiver's phone says nothing about the buyer."""
        if order.channel == "store":
            return None
        gift = int(order.order_id[1:]) % 6 == 0
        number = person.number * 4 + (7 if gift else 0)
        return self.recorder.mint.phone(number)

    def _line(self, order: Order, number: int, line: Line) -> Record:
        exported = midnight(self.recorder.period.folder_day(order.created) + 1)
        is_refunded = bool(order.refunded) and order.refunded < exported
        record: dict[str, Any] = {
            "order_id": order.order_id,
            "line_no": number,
            "created_at": iso(order.created),
            "product_id": line.product.product_id,
            "sku": line.product.sku,
            "category": line.product.category,
            "quantity": line.quantity,
        }
        if order.channel == "store":  # the tills count in thousandths of a yuan
            record["unit_price_milli"] = line.unit_price_fen * 10
        else:
            record["unit_price_fen"] = line.unit_price_fen
        record["discount_fen"] = line.discount_fen
        record["refunded_quantity"] = line.refunded_quantity if is_refunded else 0
        return record

    def _payment(self, person: Person, order: Order) -> Record:
        appid = APP if order.channel == "app" else MALL
        openid = person.openids.get(appid)
        decrypted: dict[str, Any] = {
            "appid": appid,
            "mchid": MERCHANT,
            "out_trade_no": order.order_id,
            "transaction_id": _transaction(order),
            "trade_state": "SUCCESS",
            "success_time": iso(order.paid),
            "payer": {"openid": openid} if openid else {},
            "amount": {"total": order.total_fen, "payer_total": order.total_fen, "currency": "CNY"},
        }
        return {
            "id": f"EV-{order.order_id}",
            "create_time": iso(order.paid + 1),
            "event_type": "TRANSACTION.SUCCESS",
            "decrypted": decrypted,
        }


def _time(second: int | None) -> str | None:
    return iso(second) if second else None


def _absent(person: Person) -> str | None:
    """What a till writes that knows no openid: mostly nothing, sometimes the word for it."""
    return "undefined" if person.number % 97 == 0 else None


def _transaction(order: Order) -> str:
    return f"42000000{int(order.order_id[1:]):020d}"


def _referrer(person: Person, order: Order) -> str | None:
    inviter = person.inviter
    is_first = order.order_id.endswith("00")
    return inviter.member_id if inviter is not None and is_first else None


def _refund(order: Order) -> Record:
    return {
        "refund_id": f"R{order.order_id[1:]}",
        "transaction_id": _transaction(order),
        "order_id": order.order_id,
        "amount_fen": order.refund_fen,
        "reason": ("quality", "changed_mind", "late")[order.created % 3],
        "success_time": iso(order.refunded),
    }


def write_products(products: tuple[Product, ...], dice: Dice, recorder: Recorder) -> None:
    """Write the catalogue: all of it first, then every new price, then stock day by day."""
    period = recorder.period
    for product in products:
        for since, _ in product.prices:
            _product_row(recorder, product, since, dice.randrange(80, 900))
    for day in range(period.first_day, period.last_day + 1):
        for product in dice.sample(products, k=5):
            _product_row(recorder, product, day, dice.randrange(0, 600))


def _product_row(recorder: Recorder, product: Product, day: int, stock: int) -> None:
    at = midnight(day) + 60
    fields = (
        product.product_id,
        iso(at),
        product.sku,
        product.name,
        product.category,
        product.brand,
        str(product.price_fen(day)),
        str(product.cost_fen),
        str(stock),
        "true" if product.is_on_sale else "false",
    )
    recorder.landing.add_line(kind("products"), at, ",".join(fields))


def expiry(at: int) -> str:
    """Return when points earned at a time expire."""
    return iso(midnight(day_of(at) + EARN_DAYS) + DAY_SECONDS - 1)
