"""A second judge: may each row of `next_best_offer` be sent, judged anew in plain Python.

It reads what people did and agreed to (`people`), the catalogue and the contact policy, and nothing
that the pipeline derived. It shares no SQL with the pipeline, so a rule that both get wrong has to
be got wrong twice, in two languages.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from next_best_offer.people import Person
from next_best_offer.replay_rules import Case, Day, Line, Sendable, broken_rules


class Violation(NamedTuple):
    """A row, or a pair without a row, that breaks a rule."""

    rule: str
    profile_id: str
    offer_id: str


def day_of(
    decided_on: date, tables: Mapping[str, Sequence[Line]], redeemed: Mapping[str, int]
) -> Day:
    """The day, from the tables `offers`, `policies` and `channels` of the catalogue."""
    day = decided_on.isoformat()
    live = {
        offer["offer_id"]: offer
        for offer in tables["offers"]
        if _holds(offer, day) and offer["start_date"] <= day <= offer["end_date"]
    }
    versions = sorted(tables["offers"], key=lambda offer: offer["valid_from"])
    return Day(
        decided_on,
        live,
        {offer["offer_id"]: offer["offer_group"] for offer in versions},
        [policy for policy in tables["policies"] if _holds(policy, day)],
        {channel["channel"]: channel for channel in tables["channels"]},
        redeemed,
    )


def _holds(line: Line, day: str) -> bool:
    return line["valid_from"] <= day and (not line["valid_to"] or day < line["valid_to"])


def judge(rows: Sequence[Sendable], people: Mapping[str, Person], day: Day) -> list[Violation]:
    """Every rule that every row breaks; nothing when all may be sent."""
    found = [violation for row in rows for violation in _of_row(row, people, day)]
    by_person: dict[str, list[Sendable]] = defaultdict(list)
    for row in rows:
        by_person[row.profile_id].append(row)
    for profile_id, own in by_person.items():
        found += [Violation(rule, profile_id, "") for rule in _of_list(own, day)]
    return found + [Violation(rule, "", name) for rule, name in _overdrawn(rows, day)]


def judge_pairs(
    rows: Sequence[Sendable],
    suppressed: Sequence[tuple[str, str]],
    people: Mapping[str, Person],
    day: Day,
) -> list[Violation]:
    """(Reachable person or person held out of all) × live offer not decided exactly once."""
    decided = Counter([(row.profile_id, row.offer_id) for row in rows] + list(suppressed))
    wanted = {
        (profile_id, offer_id)
        for profile_id, person in people.items()
        if "global" in person.held_out_of or any(map(person.is_reachable, day.channels))
        for offer_id in day.offers
    }
    return [
        Violation("decided_not_once", *pair)
        for pair in sorted(wanted | decided.keys())
        if decided[pair] != 1 or pair not in wanted
    ]


def _of_row(row: Sendable, people: Mapping[str, Person], day: Day) -> Iterator[Violation]:
    person, offer = people.get(row.profile_id), day.offers.get(row.offer_id)
    if person is None or offer is None:
        rule = "not_a_known_person" if person is None else "offer_not_live"
        yield Violation(rule, row.profile_id, row.offer_id)
        return
    for rule in broken_rules(Case(row, person, offer, day)):
        yield Violation(rule, row.profile_id, row.offer_id)


def _of_list(rows: list[Sendable], day: Day) -> Iterator[str]:
    """What is wrong with the rows of one person together."""
    groups = Counter(day.groups.get(row.offer_id, "") for row in rows)
    if max(groups.values()) > 2:  # noqa: PLR2004 - at most two of a group
        yield "group_limit"
    if sum(row.is_allocated for row in rows) != 1:
        yield "not_one_place"
    ranks = sorted(row.rank for row in rows)
    if ranks not in ([0], list(range(1, len(ranks) + 1))):
        yield "ranks_have_a_gap"


def _overdrawn(rows: Sequence[Sendable], day: Day) -> Iterator[tuple[str, str]]:
    """Offers and channels of which the allocated rows are expected to use more than is left."""
    uses: dict[str, float] = defaultdict(float)
    messages: Counter[str] = Counter()
    for row in rows:
        if row.is_allocated:
            messages[row.channel] += 1
            uses[row.offer_id] += row.p_convert or 0
    for offer_id, use in uses.items():
        offer = day.offers.get(offer_id)
        used = day.redeemed.get(offer_id, 0)
        cost = float(offer["redemption_cost_fen"]) if offer else 0
        if offer and offer["stock"] and use > max(0, int(offer["stock"]) - used):
            yield "stock", offer_id
        if offer and offer["budget_fen"] and (use + used) * cost > float(offer["budget_fen"]):
            yield "budget", offer_id
    for channel, count in messages.items():
        capacity = day.channels.get(channel, {}).get("daily_capacity")
        if capacity and count > int(capacity):
            yield "daily_capacity", channel
