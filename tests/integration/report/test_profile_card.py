"""One customer by any identifier, masked, and every look-up audited."""

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from c360.profile_card import customer_of, profile_document, show_profile
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal


def shown(settings: Settings, identifier: str) -> str:
    out = StringIO()
    show_profile(settings, identifier, console=Console(file=out, width=160))
    return out.getvalue()


@pytest.mark.parametrize("identifier", ["p_1", "p_old", "member_id:M-invented-1"])
def test_a_customer_is_found_by_any_identifier(published: Settings, identifier: str) -> None:
    text = shown(published, identifier)
    for part in ("p_1", "+86154****0001", "sms", "M-1***001", "buys this", "active"):
        assert part in text
    assert "M-invented" not in text


def test_a_retired_id_says_where_it_leads(published: Settings) -> None:
    assert "p_old is retired" in shown(published, "p_old")


def test_a_look_up_by_identifier_is_audited_without_its_value(published: Settings) -> None:
    customer_of(published, "member_id:M-invented-1")
    with connect(published, "c360_publish") as conn:
        rows = conn.execute("select detail from ops.audit where action = 'find_profile'").fetchall()
    assert [row[0]["profile_id"] for row in rows] == ["p_1"]
    assert "M-invented" not in str(rows)


@pytest.mark.parametrize("identifier", ["p_nobody", "member_id:canary-value"])
def test_an_unknown_customer_is_refused_without_repeating_the_identifier(
    published: Settings, identifier: str
) -> None:
    with pytest.raises(Fatal, match="no published customer") as refused:
        customer_of(published, identifier)
    assert identifier.rpartition(":")[2] not in str(refused.value)


def test_a_visitor_without_a_portrait_has_a_card_too(
    published: Settings, spoil: Callable[[str], None]
) -> None:
    spoil("delete from mart.portrait where profile_id = 'p_1'")
    assert "No portrait" in shown(published, "p_1")


def test_the_document_holds_what_the_card_shows(published: Settings) -> None:
    document = profile_document(published, "p_1")
    assert document["profile"]["profile_id"] == "p_1"
    assert document["identifiers"][0]["masked_value"] == "M-1***001"
    assert len(document["offers"]) == 1
