"""Identifiers as they may be shown to people."""

from typing import TypeAlias

Identifier: TypeAlias = tuple[str, str, str]

_KEPT = 3
_PHONE_KEPT = (6, 4)


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
