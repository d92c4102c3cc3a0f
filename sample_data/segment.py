"""What the app's and the website's events have in common: Segment's envelope and names."""

from dataclasses import dataclass, field
from typing import Any, Final

from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.timeline import day_of, iso_utc
from sample_data.visits import Touch, Visit

NAMES: Final = {
    "launch": "Application Opened",
    "hide": "Application Backgrounded",
    "product_view": "Product Viewed",
    "search": "Products Searched",
    "cart_add": "Product Added",
    "checkout_start": "Checkout Started",
    "order_paid": "Order Completed",
    "coupon_claim": "Coupon Applied",
    "login_wall": "Promotion Viewed",
    "share": "Promotion Clicked",
}


@dataclass(slots=True)
class SegmentWriter:
    """Envelopes for one sender (`app` or `web`), and who has logged in at which place before."""

    sender: str
    recorder: Recorder
    dice: Dice
    known: set[tuple[int, str]] = field(default_factory=set)

    def logs_in(self, person: Person, visit: Visit, place: str) -> bool:
        """A member logs in on her first visit to a place, and on others mostly."""
        if not person.member_at(visit.at):
            return False
        if visit.order is not None or visit.logs_in:
            return True
        usual = 0.85 if self.sender == "app" else 0.5
        return self.dice.chance(usual if (person.number, place) in self.known else 0.97)

    def envelope(self, at: int, user_id: str) -> tuple[dict[str, Any], int]:
        """Return the fields every event begins with, and when the event arrives."""
        number = self.recorder.next_number()
        at_ms = at * 1_000 + number % 1_000
        received = self.recorder.received(at)
        received_ms = received * 1_000 + 400
        key = f"{self.sender}-{self.recorder.mint.track_id(number):08x}"
        record = {"messageId": key} | ({"userId": user_id} if user_id else {})
        record |= {
            "timestamp": iso_utc(at_ms),
            "sentAt": iso_utc(received_ms - 300),
            "receivedAt": iso_utc(received_ms),
        }
        return record, received

    def send(self, received: int, record: dict[str, Any], person_id: str) -> None:
        """Hand an event over with the person it belongs to."""
        self.recorder.event(
            (self.sender, "events"), received, record, (record["messageId"], person_id)
        )


def properties_of(touch: Touch) -> dict[str, Any]:
    """Return an event's own properties; money in yuan, as Segment has it."""
    found: dict[str, Any] = {}
    if touch.product is not None:
        price = touch.product.price_fen(day_of(touch.at)) / 100
        found |= {"product_id": touch.product.product_id, "category": touch.product.category}
        found |= {"price": price} | ({"quantity": 1} if touch.verb == "cart_add" else {})
    if touch.order is not None:
        total = touch.order.total_fen / 100
        found |= {"order_id": touch.order.order_id, "total": total, "currency": "CNY"}
    if touch.coupon is not None:
        found["coupon_id"] = touch.coupon.code
    if touch.verb == "search":
        found["query"] = touch.text
    return found
