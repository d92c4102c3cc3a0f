"""Stored value: a member tops up, gets a gift on it, and pays orders with it."""

from dataclasses import dataclass, field
from typing import Final

from sample_data.commerce import kind
from sample_data.dice import Dice
from sample_data.landing import Record
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.shopping import Order
from sample_data.timeline import iso

MEMBER_SHARE: Final = 0.12
TOP_UPS: Final = {(20_000, 1_000): 0.55, (50_000, 4_000): 0.3, (100_000, 12_000): 0.15}
"""Paid and given in fen, and how often."""


@dataclass(slots=True)
class _Account:
    """What is left of the money that was paid in, and of the gifts."""

    person: Person
    paid_fen: int = 0
    gift_fen: int = 0
    entries: list[tuple[int, Record]] = field(default_factory=list)

    @property
    def balance_fen(self) -> int:
        return self.paid_fen + self.gift_fen

    def move(self, at: int, reason: str, ref_id: str, change: tuple[int, int]) -> None:
        self.paid_fen += change[0]
        self.gift_fen += change[1]
        record: Record = {
            "entry_id": f"SV{self.person.number:07d}{len(self.entries):04d}",
            "occurred_at": iso(at),
            "member_id": self.person.member_id,
            "delta_fen": change[0],
            "gift_delta_fen": change[1],
            "balance_after_fen": self.balance_fen,
            "reason": reason,
            "ref_id": ref_id,
            "store_id": self.person.home_store,
        }
        self.entries.append((at, record))


def write_stored_value(recorder: Recorder, dice: Dice, person: Person, orders: list[Order]) -> None:
    """Write a member's ledger; the balance is never below zero, and gifts are spent last."""
    if not dice.chance(MEMBER_SHARE):
        return
    account = _Account(person)
    for order in sorted(orders, key=lambda order: (order.paid, order.order_id)):
        if not order.paid or not person.member_at(order.created):
            continue
        if account.balance_fen < order.total_fen and dice.chance(0.5):
            top_up = dice.weighted(TOP_UPS)
            account.move(order.paid - 60, "top_up", f"TU-{order.order_id}", top_up)
        if account.balance_fen >= order.total_fen:
            from_paid = min(account.paid_fen, order.total_fen)
            spent = (-from_paid, from_paid - order.total_fen)
            account.move(order.paid, "order", order.order_id, spent)
    for at, record in account.entries:
        if at < recorder.period.end:
            recorder.record(kind("stored_value"), at + 1, record)
