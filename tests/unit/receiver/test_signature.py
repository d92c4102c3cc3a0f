import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.push_sender import APPID, KEY, sealed, signature
from ingestion.receiver.signature import (
    EnvelopeError,
    decode_key,
    is_signed,
    open_envelope,
    sign,
)

SECRET = decode_key(KEY)


def test_the_example_of_the_platforms_documentation():
    envelope = (
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    )
    parts = ("QDG6eK", "1409659589", "263014780", envelope)
    assert is_signed("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", *parts)
    key = decode_key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
    assert open_envelope(key, envelope, "wx5823bf96d3bd56c7") == b"1616140317555161061"


@given(st.binary(max_size=2000))
def test_what_an_independent_sender_seals_is_opened(message: bytes):
    assert open_envelope(SECRET, sealed(message), APPID) == message


@given(st.lists(st.text("abc019/+=", min_size=1), min_size=3, max_size=4))
def test_the_signature_is_that_of_an_independent_sender_in_any_order(parts: list[str]):
    assert sign(*parts) == signature(*reversed(parts))
    assert not is_signed(sign(*parts)[:-1] + "x", *parts)


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        ("", "no whole blocks"),
        ("no base64!", "no base64"),
        ("é", "no base64"),
        (base64.b64encode(b"x" * 31).decode(), "no whole blocks"),
        (sealed(b"<xml/>", appid="wx00000000000000b2"), "another account"),
        (sealed(b"<xml/>", key=base64.b64encode(b"k" * 32).decode().rstrip("=")), "wrong"),
    ],
    ids=["empty", "no alphabet", "no ascii", "no blocks", "another account", "another key"],
)
def test_an_envelope_that_is_not_ours_is_refused_without_its_content(envelope: str, reason: str):
    with pytest.raises(EnvelopeError, match=reason):
        open_envelope(SECRET, envelope, APPID)


@given(st.binary(min_size=0, max_size=400), st.integers(0, 10_000))
def test_noise_and_damage_never_raise_anything_else(noise: bytes, place: int):
    damaged = bytearray(base64.b64decode(sealed(b"<xml>message</xml>")))
    damaged[place % len(damaged)] ^= 1 + place % 255
    for data in (noise, bytes(damaged)):
        try:
            opened = open_envelope(SECRET, base64.b64encode(data).decode(), APPID)
        except EnvelopeError:
            continue
        # CBC without a tag cannot see a change in the random head; the signature does.
        assert opened == b"<xml>message</xml>" or data is not noise


@pytest.mark.parametrize("key", ["", "short", "x" * 42, "x" * 44, "!" * 43])
def test_what_is_no_key_is_refused_and_not_repeated(key: str):
    with pytest.raises(ValueError, match="43 characters") as error:
        decode_key(key)
    assert not key or key not in str(error.value)
