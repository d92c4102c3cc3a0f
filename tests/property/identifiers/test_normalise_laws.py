import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from identifiers import NAMESPACES, JunkLists, normalise_namespace

NO_PLACEHOLDERS = JunkLists(email_domains=frozenset())

mobile = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
full_width = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
texts = st.text() | mobile | st.emails() | st.uuids().map(str)


def normalised(namespace: str, values: list[str | None]) -> list[str | None]:
    array = pa.array(values, pa.string())
    return normalise_namespace(namespace, array, NO_PLACEHOLDERS).to_pylist()


@given(st.sampled_from(sorted(NAMESPACES)), st.lists(st.none() | texts, max_size=8))
def test_normalising_twice_changes_nothing(namespace: str, values: list[str | None]) -> None:
    once = normalised(namespace, values)
    assert normalised(namespace, once) == once


@given(st.sampled_from(sorted(NAMESPACES)), st.lists(texts, min_size=1, max_size=8))
def test_a_value_does_not_depend_on_its_neighbours(namespace: str, values: list[str]) -> None:
    alone = [normalised(namespace, [value])[0] for value in values]
    assert normalised(namespace, values) == alone


@given(
    number=mobile,
    prefix=st.sampled_from(["", "+86", "0086", "86", "0"]),
    separator=st.sampled_from(["", " ", "-"]),
    is_wide=st.booleans(),
)
def test_prefix_separators_and_width_do_not_change_a_number(
    number: str, prefix: str, separator: str, *, is_wide: bool
) -> None:
    written = prefix + separator.join([number[:3], number[3:7], number[7:]])
    if is_wide:
        written = written.translate(full_width)
    assert normalised("phone", [written]) == normalised("phone", [number])


@given(mobile, st.integers(0, 10), st.sampled_from("*xX#"))
def test_a_masked_number_is_never_an_identifier(number: str, place: int, mask: str) -> None:
    assert normalised("phone", [number[:place] + mask + number[place + 1 :]]) == [None]


@given(st.lists(texts, max_size=20))
def test_a_phone_is_null_or_e164(values: list[str]) -> None:
    for value in normalised("phone", list(values)):
        assert value is None or (value[0] == "+" and value[1:].isdecimal() and value.isascii())
