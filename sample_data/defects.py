"""What goes wrong on the way: lines sent twice, lines cut off or garbled and sent again.

A broken line is always a damaged copy; the good one is in the file as well. So what a pipeline
should load does not depend on what it should refuse.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from sample_data.dice import Dice

DUPLICATE_SHARE: Final = 0.013
BROKEN_SHARE: Final = 0.005

BROKEN_BYTES: Final = ("truncated", "bad_utf8", "nul")
BROKEN_FIELDS: Final = ("wrong_type", "missing_field")

# The field without which a record of a kind means nothing: mostly its time. Segment's events have
# several times, so there it is their type.
NEEDED_FIELDS: Final = {
    ("mini_program", "events"): "time",
    ("mini_program", "logins"): "login_at",
    ("mini_program", "phone_authorisations"): "authorised_at",
    ("mini_program", "subscriptions"): "CreateTime",
    ("app", "events"): "type",
    ("app", "logins"): "login_at",
    ("web", "events"): "type",
    ("web", "oauth_logins"): "login_at",
    ("commerce", "members"): "updated_at",
    ("commerce", "orders"): "updated_at",
    ("commerce", "order_lines"): "created_at",
    ("commerce", "payments"): "create_time",
    ("commerce", "refunds"): "success_time",
    ("commerce", "coupons"): "event_time",
    ("commerce", "points"): "occurred_at",
    ("commerce", "tiers"): "changed_at",
    ("commerce", "check_ins"): "local_date",
    ("commerce", "referrals"): "invited_at",
    ("commerce", "consents"): "at",
    ("commerce", "contacts"): "updated_at",
    ("commerce", "stored_value"): "occurred_at",
    ("commerce", "service_conversations"): "opened_at",
}
# Where the needed field with a wrong value would still leave a record: what to break instead.
MISTYPED_FIELDS: Final = {
    ("app", "events"): {"context": "mobile"},
    ("web", "events"): {"context": "desktop"},
    ("commerce", "referrals"): {"share_depth": "deep"},
    ("commerce", "consents"): {"at": "once", "withdrawn_at": "once"},
    ("commerce", "service_conversations"): {"rating": "good"},
}


@dataclass(frozen=True, slots=True)
class Defect:
    """Where something was planted: path below the landing folder, line from 1, and what."""

    path: str
    line: int
    kind: str


def plant(
    dice: Dice, kind: tuple[str, str], lines: list[bytes]
) -> tuple[list[bytes], list[tuple[int, str]]]:
    """Return the lines with defects among them, and (line from 1, what) of each defect."""
    result: list[bytes] = []
    planted: list[tuple[int, str]] = []
    for line in lines:
        result.append(line)
        if dice.chance(BROKEN_SHARE):
            what = dice.choice(_breakable(kind, line))
            result.append(_broken(dice, kind, line, what))
            planted.append((len(result), what))
        elif dice.chance(DUPLICATE_SHARE):
            result.append(_resent(dice, kind, line))
            planted.append((len(result), "duplicate"))
    return result, planted


def _breakable(kind: tuple[str, str], line: bytes) -> tuple[str, ...]:
    """A cut row of a CSV may still be a row, and only JSON has fields to break."""
    if kind in NEEDED_FIELDS:
        return BROKEN_BYTES + BROKEN_FIELDS
    return BROKEN_BYTES if line[:1] in {b"{", b"<"} else BROKEN_BYTES[1:]


def _broken(dice: Dice, kind: tuple[str, str], line: bytes, what: str) -> bytes:
    middle = len(line) // 2
    if what == "truncated":
        return line[: len(line) * dice.randrange(30, 90) // 100]
    if what == "bad_utf8":
        return line[:middle] + b"\xc3\x28" + line[middle:]
    if what == "nul":
        return line[:middle] + b"\x00" + line[middle:]
    record = json.loads(line)
    field = NEEDED_FIELDS[kind]
    if what == "missing_field":
        del record[field]
    else:
        record |= MISTYPED_FIELDS.get(kind, {field: {"not": "a time"}})
    return _line(record)


def _resent(dice: Dice, kind: tuple[str, str], line: bytes) -> bytes:
    """Send a line again: only the fields of the transport differ, where there are any."""
    if kind[1] != "events":
        return line
    record = json.loads(line)
    milliseconds = dice.randrange(1_000)
    if "_flush_time" in record:
        record["_flush_time"] += 30_000 + milliseconds
    else:
        record["receivedAt"] = f"{record['receivedAt'][:-4]}{milliseconds:03d}Z"
    return _line(record)


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
