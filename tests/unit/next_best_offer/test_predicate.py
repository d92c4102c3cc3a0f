"""The rules of offers: the grammar, its types, and messages a marketer can act on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from next_best_offer.predicate import PredicateError, compile_predicate

COLUMNS = {
    "life_stage": "text",
    "life_order_count": "integer",
    "value_tier": "text",
    "cnt_7d_cart_adds": "bigint",
    "life_last_order_at": "timestamptz",
    "is_member": "boolean",
}


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("life_order_count >= 3", "(portrait.life_order_count >= 3)"),
        ("life_stage in ('new', 'active')", "(portrait.life_stage in ('new', 'active'))"),
        ("life_stage not in ('lost')", "(portrait.life_stage not in ('lost'))"),
        ("life_stage = 'it''s'", "(portrait.life_stage = 'it''s')"),
        ("is_member = TRUE", "(portrait.is_member = true)"),
        ("life_last_order_at is not null", "(portrait.life_last_order_at is not null)"),
        (
            "life_last_order_at < '2026-11-01'",
            "(portrait.life_last_order_at < date '2026-11-01')",
        ),
        (
            "life_order_count between 1 and 3 and not life_stage = 'x' or is_member = false",
            (
                "(((portrait.life_order_count between 1 and 3) and "
                "(not (portrait.life_stage = 'x'))) or (portrait.is_member = false))"
            ),
        ),
        (
            "life_order_count = 1 and (life_stage = 'a' or life_stage = 'b')",
            (
                "((portrait.life_order_count = 1) and"
                " ((portrait.life_stage = 'a') or (portrait.life_stage = 'b')))"
            ),
        ),
    ],
)
def test_a_predicate_becomes_the_sql_it_means(text: str, sql: str):
    assert compile_predicate(text, COLUMNS) == sql


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("life_stge = 'new'", "character 1: the portrait has no column 'life_stge'; did you mean"),
        ("life_order_count = 'two'", "character 20: a number expected, found 'two'"),
        ("life_stage = new", "character 14: a 'text' expected, found new"),
        ("is_member < true", "< does not compare true and false"),
        ("life_order_count >", "a number expected, found the end"),
        ("life_order_count = 1 life_stage = 'x'", "character 22: 'and', 'or' or the end expected"),
        ("life_order_count = 1; drop table x", "character 21"),
        ("life_order_count = 1 -- x", "character 22"),
        ("life_last_order_at > '2026-02-30'", "is no day"),
        ("", "a column of the portrait expected, found the end"),
        ("(" * 30 + "is_member = true" + ")" * 30, "nested deeper"),
        ("pg_sleep(9) = 1", "no column 'pg_sleep'"),
    ],
)
def test_what_is_no_predicate_is_refused_with_place_and_wish(text: str, message: str):
    with pytest.raises(PredicateError, match=re.escape(message)):
        compile_predicate(text, COLUMNS)


@given(st.text(alphabet="life_stage=<>()'ornd 1,;-\"\\%{}$", max_size=40))
def test_no_text_gets_anything_but_columns_literals_and_signs_into_sql(text: str):
    try:
        sql = compile_predicate(text, COLUMNS)
    except PredicateError:
        return
    outside = re.sub(r"'(?:[^']|'')*'", "", sql)
    words = set(re.findall(r"[A-Za-z_.]+", outside))
    allowed = {"and", "or", "not", "in", "between", "is", "null", "true", "false", "date"}
    assert words <= allowed | {f"portrait.{name}" for name in COLUMNS}
    assert not re.search(r"[;\"\\%{}$]|--", outside)
