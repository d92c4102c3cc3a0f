"""Identifiers as people type them, and as they may be shown."""

from typing import TypeAlias

from warehouse.errors import Fatal

Identifier: TypeAlias = tuple[str, str, str]

_KEPT = 3
_PHONE_KEPT = (6, 4)


def parse_identifier(text: str) -> Identifier:
    """`namespace:value` or `namespace@scope:value` as (namespace, scope, value)."""
    place, colon, value = text.partition(":")
    namespace, _, scope = place.partition("@")
    if not (colon and namespace and value):
        raise Fatal(
            "write an identifier as namespace:value or namespace@scope:value, like "
            "member_id:M000001 or openid@wx00000000000000a1:VALUE"
        )
    return namespace, scope, value


def masked_text(identifier: Identifier) -> str:
    """The identifier with most of its value hidden; the same mask as `identity.mask` in SQL."""
    namespace, scope, value = identifier
    place = f"{namespace}@{scope}" if scope else namespace
    return f"{place}:{_mask(namespace, value)}"


def _mask(namespace: str, value: str) -> str:
    if namespace == "email":
        return f"{value[:1]}***@{value.partition('@')[2]}"
    if namespace == "phone":
        first, last = _PHONE_KEPT
        return f"{value[:first]}****{value[-last:]}"
    return f"{value[:_KEPT]}***{value[-_KEPT:]}"
