"""Birth ids: what a profile is called that is named by an identifier."""

import hmac
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

Identifier: TypeAlias = tuple[str, str, str]
"""Namespace, scope and value."""

RESIDUAL = -1
"""In place of an epoch."""

_ID_LENGTH = 26
_BITS_PER_LETTER = 5
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)


def birth_ids(
    key: bytes, identifiers: Sequence[Identifier], epochs: Sequence[int] | None = None
) -> list[str]:
    """Return the birth ids of (namespace, scope, value) under the secret `key`: `p_` + 26 letters.

    130 bits of HMAC-SHA256: an id tells nothing about its identifier to whoever lacks the key. The
    epoch counts the lives of an identifier; an erased one comes back under the next. `RESIDUAL`
    names what is left of a shared thing when its owners are taken away.
    """
    lives = epochs if epochs is not None else [0] * len(identifiers)
    pairs = zip(identifiers, lives, strict=True)
    digests = b"".join(hmac.digest(key, _message(*parts, life), "sha256") for parts, life in pairs)
    return _in_letters(np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32))


def _message(namespace: str, scope: str, value: str, epoch: int) -> bytes:
    """Return bytes that no other identifier or epoch shares: each part goes after its length."""
    parts = (part.encode() for part in (namespace, scope, value, str(epoch)))
    return b"".join(b"%d:%b" % (len(part), part) for part in parts)


def _in_letters(digests: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> list[str]:
    bits = np.unpackbits(digests, axis=1)[:, : _ID_LENGTH * _BITS_PER_LETTER]
    groups = bits.reshape(len(digests), _ID_LENGTH, _BITS_PER_LETTER)
    letters = _ALPHABET[groups @ np.array([16, 8, 4, 2, 1], dtype=np.uint8)]
    return ["p_" + row.tobytes().decode("ascii") for row in letters]
