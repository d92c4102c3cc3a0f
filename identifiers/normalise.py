"""From the values as sources write them to the values identities are compared by.

Every normaliser takes an array of strings and gives an array of the same length; null means "not
an identifier". All of them are idempotent: what they give, they give again. They work on whole
arrays, so callers pass distinct values.
"""

import pyarrow as pa
import pyarrow.compute as pc

from identifiers.email import normalise_email
from identifiers.junk import PLACEHOLDER_TEXTS, TEMPLATE_PATTERN, JunkLists
from identifiers.namespaces import NAMESPACES, Normaliser
from identifiers.phone_cn import normalise_phone_cn

NORMALISER_VERSIONS: dict[Normaliser, int] = {"phone_cn": 1, "email": 1, "device": 1, "text": 1}
"""Raised when a rule changes, because stored values then no longer compare equal."""

MAX_VALUE_LENGTH = 255
"""Longer values are content, not identifiers."""

_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_MIN_REPEATED_LENGTH = 8


def normalise_namespace(
    namespace: str, values: pa.StringArray, junk: JunkLists | None = None
) -> pa.StringArray:
    """The values of one namespace; an unknown namespace gets the rules of `text`."""
    known = NAMESPACES.get(namespace)
    return normalise(known.normaliser if known else "text", values, junk)


def normalise(
    normaliser: Normaliser, values: pa.StringArray, junk: JunkLists | None = None
) -> pa.StringArray:
    """The values by the rules of one normaliser, without placeholders and junk."""
    lists = junk or JunkLists()
    texts = _without_placeholders(pc.utf8_trim_whitespace(values))
    if normaliser == "phone_cn":
        return _unless(normalise_phone_cn(texts), _any_of(lists.phones))
    if normaliser == "email":
        return normalise_email(texts, lists.email_domains)
    if normaliser == "device":
        return _normalise_device(texts, lists.devices)
    return texts


def _without_placeholders(texts: pa.StringArray) -> pa.StringArray:
    is_placeholder = pc.is_in(pc.utf8_lower(texts), _any_of(PLACEHOLDER_TEXTS))
    is_template = pc.match_substring_regex(texts, TEMPLATE_PATTERN)
    is_long = pc.greater(pc.utf8_length(texts), MAX_VALUE_LENGTH)
    # NUL would be refused by PostgreSQL, a line break never belongs to an id.
    has_control = pc.match_substring_regex(texts, r"[\x00-\x1f\x7f]")
    is_bad = pc.or_(pc.or_(is_placeholder, is_template), pc.or_(is_long, has_control))
    return pc.if_else(is_bad, None, texts)


def _normalise_device(texts: pa.StringArray, junk: frozenset[str]) -> pa.StringArray:
    # iOS writes its UUIDs in upper case, most servers in lower case; other ids keep their case.
    devices = pc.if_else(pc.match_substring_regex(texts, _UUID), pc.ascii_lower(texts), texts)
    letters = pc.replace_substring_regex(devices, r"[-:]", "")
    length = pc.utf8_length(letters)
    repeated = pc.binary_repeat(pc.utf8_slice_codeunits(letters, 0, 1), length)
    is_repeated = pc.and_(
        pc.equal(letters, repeated), pc.greater_equal(length, _MIN_REPEATED_LENGTH)
    )
    return _unless(pc.if_else(is_repeated, None, devices), _any_of(junk))


def _unless(values: pa.StringArray, listed: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.is_in(values, listed), None, values)


def _any_of(texts: frozenset[str]) -> pa.StringArray:
    return pa.array(sorted(texts), pa.string())
