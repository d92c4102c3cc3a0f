"""Conversations with the brand's service: after an order mostly, sometimes without one."""

from typing import Any, Final

from sample_data.brand import CORPORATION
from sample_data.commerce import kind
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.shopping import Order
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, iso

ORDER_SHARE: Final = 0.06
UNPROVOKED_SHARE: Final = 0.04
TOPICS: Final = {
    "delivery": 0.36,
    "product": 0.26,
    "refund": 0.16,
    "coupon": 0.12,
    "complaint": 0.10,
}
RATED_SHARE: Final = 0.5
TRANSFERRED_SHARE: Final = 0.12


def write_conversations(
    recorder: Recorder, dice: Dice, person: Person, orders: list[Order]
) -> None:
    """Write a member's conversations, each as it was opened and as it was closed."""
    start = person.registered_at + DAY_SECONDS
    opened = [
        order.paid + dice.randrange(HOUR_SECONDS, 4 * DAY_SECONDS)
        for order in orders
        if order.paid > start and dice.chance(ORDER_SHARE)
    ]
    if start < recorder.period.end and dice.chance(UNPROVOKED_SHARE):
        opened.append(dice.randrange(start, recorder.period.end))
    for number, at in enumerate(sorted(opened)):
        for record in _states(dice, person, number, at):
            if at < recorder.period.end - HOUR_SECONDS:
                updated = at if record["closed_at"] is None else at + HOUR_SECONDS // 2
                recorder.record(kind("service_conversations"), updated, record)


def _states(dice: Dice, person: Person, number: int, at: int) -> list[dict[str, Any]]:
    topic = dice.weighted(TOPICS)
    is_angry = topic in {"complaint", "refund"}
    through_staff = person.added_staff_at < at and dice.chance(0.6)
    opened: dict[str, Any] = {
        "conversation_id": f"SC{person.number:07d}{number:02d}",
        "updated_at": iso(at),
        "member_id": person.member_id,
        "corp_id": CORPORATION if through_staff else None,
        "external_userid": person.external_userid if through_staff else None,
        "channel": "wecom" if through_staff else dice.choice(("mini_program", "app", "phone")),
        "agent_id": f"S{dice.randrange(12):02d}",
        "opened_at": iso(at),
        "first_reply_at": None,
        "closed_at": None,
        "message_count": 1,
        "topic": topic,
        "rating": None,
        "is_transferred": False,
    }
    rating = dice.choice((1, 1, 2, 3, 4) if is_angry else (3, 4, 4, 5, 5))
    closed = opened | {
        "updated_at": iso(at + HOUR_SECONDS // 2),
        "first_reply_at": iso(at + int(dice.lognormvariate(4.2, 0.9)) % 1_500 + 5),
        "closed_at": iso(at + HOUR_SECONDS // 2),
        "message_count": dice.randrange(2, 20),
        "rating": rating if dice.chance(RATED_SHARE) else None,
        "is_transferred": dice.chance(TRANSFERRED_SHARE),
    }
    return [opened, closed]
