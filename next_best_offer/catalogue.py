"""The catalogue of offers and its rules, checked: what is wrong, in which line, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from next_best_offer.predicate import PredicateError, compile_predicate

Row = Mapping[str, str]

KINDS = frozenset(
    {
        *("coupon", "group_buy", "flash_sale", "bargain", "points", "stored_value", "check_in"),
        *("content", "follow_account", "service"),
    }
)
STAGES = ("eligible", "applicable", "suitable")
INVALID_RULE = "invalid_rule"
FIRST_LINE = 2
"""Of a CSV file whose first line is its heading."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rows of the seeds, as text, in the order of their files.

    `columns` are the portrait's columns with their types; `reasons` maps a reason to its stage.
    """

    offers: Sequence[Row]
    rules: Sequence[Row]
    targets: Sequence[Row]
    channels: Sequence[Row]
    policies: Sequence[Row]
    reasons: Mapping[str, str]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to repair; `subject` is the offer or tag it is about."""

    file: str
    line: int
    subject: str
    what: str


CompiledRule = tuple[str, str, str]
"""Stage, reason, and the SQL that is true for whom the rule lets pass."""


def compile_rules(catalogue: Catalogue) -> dict[str, list[CompiledRule]]:
    """The rules of each offer in their order of decision.

    An offer with a rule that cannot be compiled is for nobody, with reason `invalid_rule`: the
    others go on, and nothing is sent that its author wanted to restrict.
    """
    compiled: dict[str, list[tuple[int, int, CompiledRule]]] = {}
    for rule in catalogue.rules:
        entry = _compiled(rule, catalogue)
        compiled.setdefault(rule["offer_id"], []).append(entry)
    return {offer: [rule for *_, rule in sorted(rules)] for offer, rules in compiled.items()}


def _compiled(rule: Row, catalogue: Catalogue) -> tuple[int, int, CompiledRule]:
    stage, reason = rule["stage"], rule["reason_code"]
    if catalogue.reasons.get(reason) == stage and stage in STAGES:
        with suppress(ValueError):
            sql = compile_predicate(rule["predicate"], catalogue.columns)
            return STAGES.index(stage), int(rule["rule_number"]), (stage, reason, sql)
    return -1, 0, (STAGES[0], INVALID_RULE, "false")


def find_problems(catalogue: Catalogue) -> list[Problem]:
    """Everything that is wrong, by file and line; nothing when all offers can be decided."""
    return [*_of_offers(catalogue), *_of_rules(catalogue), *_of_targets(catalogue)]


def _of_offers(catalogue: Catalogue) -> Iterator[Problem]:
    channels = {row["channel"] for row in catalogue.channels}
    seen: dict[tuple[str, str], int] = {}
    for line, offer in enumerate(catalogue.offers, FIRST_LINE):
        texts = [*_texts_of_offer(offer, channels)]
        key = (offer["offer_id"], offer["valid_from"])
        if key in seen:
            texts.append(f"the same offer_id and valid_from as line {seen[key]}")
        seen.setdefault(key, line)
        for text in texts:
            yield Problem("offer_catalogue.csv", line, offer["offer_id"], text)
    if not any(offer["is_fallback"] == "true" for offer in catalogue.offers):
        what = "no offer has is_fallback true: who opted out of personalisation gets nothing"
        yield Problem("offer_catalogue.csv", 1, "", what)


def _texts_of_offer(offer: Row, channels: set[str]) -> Iterator[str]:
    if offer["kind"] not in KINDS:
        yield f"kind {offer['kind']!r} is none of {', '.join(sorted(KINDS))}"
    for channel in offer["channels"].split("|"):
        if channel not in channels:
            yield f"channel {channel!r} is none of {', '.join(sorted(channels))}"
    if "mp_subscribe" in offer["channels"].split("|"):
        if not offer["template_id"]:
            yield "a subscription message needs a template_id"
        if offer["goal"] not in offer["allowed_goals"].split("|"):
            yield f"template {offer['template_id']} does not allow the goal {offer['goal']!r}"
    yield from _wrong_numbers(offer)
    if offer["is_fallback"] == "true" and (offer["stock"] or offer["budget_fen"]):
        yield "a fallback goes to whoever has nothing else, so it has no stock and no budget"


def _wrong_numbers(offer: Row) -> Iterator[str]:
    ranges = {
        "value_fen": (0, 10**9),
        "redemption_cost_fen": (0, 10**9),
        "lever": (0.1, 10),
        "holdout_share": (0, 0.5),
        "days_after_order": (0, 365),
        "stock": (0, 10**9),
        "budget_fen": (0, 10**12),
    }
    numbers = {name: _number(offer[name]) for name in ranges if offer[name]}
    for name, number in numbers.items():
        low, high = ranges[name]
        if number is None or not low <= number <= high:
            yield f"{name} {offer[name]!r} is no number from {low} to {high}"
    value, cost = numbers.get("value_fen"), numbers.get("redemption_cost_fen")
    if value is not None and cost is not None and cost >= value:
        yield "redemption_cost_fen is not below value_fen, so it is never worth sending"
    days = [_day(offer[name]) for name in ("start_date", "end_date")]
    if days[0] is None or days[1] is None or days[1] < days[0]:
        yield f"{offer['start_date']!r} to {offer['end_date']!r} is no span of days"


def _of_rules(catalogue: Catalogue) -> Iterator[Problem]:
    offers = {offer["offer_id"] for offer in catalogue.offers}
    for line, rule in enumerate(catalogue.rules, FIRST_LINE):
        for text in _texts_of_rule(rule, catalogue, offers):
            yield Problem("offer_rule.csv", line, rule["offer_id"], text)


def _texts_of_rule(rule: Row, catalogue: Catalogue, offers: set[str]) -> Iterator[str]:
    if rule["offer_id"] not in offers:
        yield "the catalogue has no such offer"
    if rule["stage"] not in STAGES:
        yield f"stage {rule['stage']!r} is none of {', '.join(STAGES)}"
    if not rule["rule_number"].isdecimal():
        yield f"rule_number {rule['rule_number']!r} is no number"
    reason = catalogue.reasons.get(rule["reason_code"])
    if reason != rule["stage"]:
        where = "is not in reason.csv" if reason is None else f"is of stage {reason!r} there"
        yield f"reason_code {rule['reason_code']!r} {where}; its row needs stage {rule['stage']!r}"
    try:
        compile_predicate(rule["predicate"], catalogue.columns)
    except PredicateError as error:
        yield f"predicate: {error}"


def _of_targets(catalogue: Catalogue) -> Iterator[Problem]:
    offers = {offer["offer_id"] for offer in catalogue.offers}
    for line, target in enumerate(catalogue.targets, FIRST_LINE):
        if target["offer_id"] not in offers:
            what = "the catalogue has no such offer"
            yield Problem("offer_target.csv", line, target["offer_id"], what)
        if bool(target["category"]) == bool(target["product_id"]):
            what = "names either a category or a product_id"
            yield Problem("offer_target.csv", line, target["offer_id"], what)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
