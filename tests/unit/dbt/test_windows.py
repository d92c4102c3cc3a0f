"""Every window that depends on an order is totally ordered: ties would leave it to chance."""

import re
from pathlib import Path

import pytest

MODELS = sorted((Path(__file__).resolve().parents[3] / "dbt_project" / "models").rglob("*.sql"))

# The last key of an order must be unique within the partition: an id of the rows …
IDS = {
    *("message_id", "order_id", "offer_id", "member_id", "consent_id", "entry_id", "profile_id"),
    *("source_key", "record_id", "touch_key", "coupon_code", "rule_id", "content_hash"),
    *("product_id", "template_id"),
}
# … or what the table read has one row of, with the reason.
UNIQUE = {
    "visit_date": "one row a person and day",
    "on_date": "one row a person and day after grouping",
    "event_date": "one row a person and day after grouping",
    "valid_from": "one row a person and day",
    "day_no": "one row a person, channel and day after grouping",
    "value": "one row a person, dimension and value",
    "dimension": "one row a person and dimension after grouping",
    "value_no": "one number a dimension and value",
    "product_no": "one number a product",
    "scene_group": "one row a person, day, channel and scene group",
    "period_offset": "one row a person and range",
}
RANGE = re.compile(r"\brange between interval\b")


def order_lists(text: str) -> list[str]:
    """The order lists of windows and of `distinct on`, comments and Jinja taken out."""
    plain = re.sub(r"--[^\n]*|\{[%#].*?[%#]\}", " ", text, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}", "x", plain, flags=re.DOTALL)
    found = []
    for start in re.finditer(r"(?:\bover|\bwindow\s+\w+ as|\bas|,\s*\w+ as)\s*\(", plain):
        body = _closed(plain, start.end())
        if re.match(r"\s*(partition by|order by)\b", body) and "order by" in body:
            found.append(body.split("order by", 1)[1])
    return [order for order in found if not RANGE.search(order)]


def _closed(text: str, start: int) -> str:
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    return ""


def last_key(order: str) -> str:
    key = re.split(r",(?![^()]*\))", order)[-1]
    return re.sub(
        r"\s+(asc|desc)\b|\s+nulls (first|last)|\s+rows .*", "", key, flags=re.DOTALL
    ).strip()


def test_an_order_is_read_with_its_last_key():
    sql = "row_number() over (partition by a order by f(b, c) desc nulls last, t.order_id asc)"
    assert [last_key(order) for order in order_lists(sql)] == ["t.order_id"]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_ordered_window_ends_in_a_unique_key(path: Path):
    keys = {last_key(order).split(".")[-1] for order in order_lists(path.read_text("utf-8"))}
    assert keys <= IDS | UNIQUE.keys()
