"""What people type after `c360 profile show`."""

import pytest

from c360.profile_card import Identifier, parse_identifier
from warehouse.errors import Fatal


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("member_id:M-invented-1", ("member_id", "", "M-invented-1")),
        (" phone:154 0000 0010 ", ("phone", "", "+8615400000010")),
        ("phone:+8615400000010", ("phone", "", "+8615400000010")),
        ("email:Some.One@EXAMPLE.org", ("email", "", "some.one@example.org")),
        ("openid@wx00000000000000a1:oA1_fake:x", ("openid", "wx00000000000000a1", "oA1_fake:x")),
        ("unionid@op-brand:u1", ("unionid", "op-brand", "u1")),
    ],
)
def test_an_identifier_is_read_in_its_normal_form(text: str, identifier: tuple[str, ...]) -> None:
    assert parse_identifier(text) == Identifier(*identifier)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("15400000010", "namespace:value"),
        ("telephone:15400000010", "phone"),
        ("openid:oA1_fake", "appid"),
        ("phone:canary", "malformed"),
        ("member_id:undefined", "placeholder"),
        ("", "namespace:value"),
    ],
)
def test_a_wrong_text_is_refused_with_advice_and_never_repeated(text: str, advice: str) -> None:
    with pytest.raises(Fatal, match=advice) as refused:
        parse_identifier(text)
    value = text.partition(":")[2]
    assert not value or value not in str(refused.value)
