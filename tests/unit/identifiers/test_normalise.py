import pyarrow as pa
import pytest

from identifiers import JunkLists, normalise, normalise_namespace
from identifiers.junk import JUNK_PHONES, PLACEHOLDER_TEXTS


def one(normaliser: str, value: str | None, junk: JunkLists | None = None) -> str | None:
    return normalise(normaliser, pa.array([value], pa.string()), junk)[0].as_py()


@pytest.mark.parametrize(
    "written",
    [
        "15400138001", "１５４００１３８００１", "+86 154 0013 8001", "008615400138001",
        "8615400138001",
        "015400138001", "154-0013-8001", "(154) 0013.8001", " 15400138001 ",
    ],
)  # fmt: skip
def test_every_spelling_of_a_mainland_number_gives_one_value(written: str) -> None:
    assert one("phone_cn", written) == "+8615400138001"


@pytest.mark.parametrize(
    "written",
    [
        "154****8001", "154xxxx8001", "154XXXX8001", "1540013800", "154001380011", "12345678901",
        "02158881234", "ext 15400138001", "154#0138001", "+86154", "", None, "８６",
    ],
)  # fmt: skip
def test_what_is_no_mobile_number_is_no_identifier(written: str | None) -> None:
    assert one("phone_cn", written) is None


@pytest.mark.parametrize("written", ["+852 6123 4567", "0085261234567"])
def test_a_foreign_number_needs_its_country_code(written: str) -> None:
    assert one("phone_cn", written) == "+85261234567"
    assert one("phone_cn", "61234567") is None


@pytest.mark.parametrize("number", sorted(JUNK_PHONES))
def test_numbers_people_invent_are_no_identifiers(number: str) -> None:
    assert one("phone_cn", number) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (" A.B+offers@Gmail.com ", "ab@gmail.com"),
        ("a.b@googlemail.com", "ab@gmail.com"),
        ("A.b+c@shop.example.cn", "a.b+c@shop.example.cn"),
        ("ｘ@ｓｈｏｐ.cn", "x@shop.cn"),
        ("x@例子.cn", "x@xn--fsqu00a.cn"),
    ],
)
def test_addresses_of_one_mailbox_give_one_match_key(written: str, key: str) -> None:
    assert one("email", written) == key


@pytest.mark.parametrize(
    "written",
    [
        "a@@b.cn", "a b@c.cn", "a@b", "@b.cn", "a@", "info@shop.cn", "no-reply@shop.cn",
        "a@mailinator.com", "a***@shop.cn", "+x@gmail.com", "a@-b.cn", "", None,
    ],
)  # fmt: skip
def test_malformed_role_and_placeholder_addresses_are_no_identifiers(written: str | None) -> None:
    assert one("email", written) is None


def test_placeholder_domains_are_a_setting() -> None:
    assert one("email", "a@example.com") is None
    assert one("email", "a@example.com", JunkLists(email_domains=frozenset())) == "a@example.com"


@pytest.mark.parametrize("text", sorted(PLACEHOLDER_TEXTS - {""}))
@pytest.mark.parametrize("namespace", ["openid", "member_id", "web_cookie", "phone", "unheard_of"])
def test_placeholder_texts_are_no_identifiers_in_any_case(namespace: str, text: str) -> None:
    values = pa.array([text, text.upper(), f" {text} "], pa.string())
    assert normalise_namespace(namespace, values).to_pylist() == [None] * 3


@pytest.mark.parametrize(
    "device",
    [
        "00000000-0000-0000-0000-000000000000", "0" * 32, "ffffffffffffffff", "NO",
        "9774d56d682e549c", "02:00:00:00:00:00", "{{device_id}}", "${id}", "__OAID__", "a\nb",
    ],
)  # fmt: skip
def test_devices_that_are_nobodys_are_no_identifiers(device: str) -> None:
    assert one("device", device) is None


def test_only_ids_shaped_like_a_uuid_lose_their_case() -> None:
    assert one("device", "B35B0000-0000-4000-8000-00000000AAAA") == (
        "b35b0000-0000-4000-8000-00000000aaaa"
    )
    assert one("device", "1795-AbC") == "1795-AbC"
    assert one("text", " oAAAA_Fake ") == "oAAAA_Fake"
