"""Chinese names in Latin letters, so that 张伟, Zhang Wei and WEI ZHANG meet in one block."""

from collections.abc import Callable

import pyarrow as pa
from pypinyin import lazy_pinyin


def spelt(names: pa.Array) -> pa.Array:
    """Return each name as its syllables or words in lower case, in alphabetical order.

    The order of given and family name says nothing across languages. Null and blank give null.
    """
    return _each(names, " ".join)


def initials(names: pa.Array) -> pa.Array:
    """Return the first letters of those syllables, which survive most typing mistakes."""
    return _each(names, lambda words: "".join(word[0] for word in words))


def _each(names: pa.Array, write: Callable[[list[str]], str]) -> pa.Array:
    column = names.cast(pa.string()).dictionary_encode()
    texts = [_words(name) for name in column.dictionary.to_pylist()]
    written = pa.array([write(words) if words else None for words in texts], pa.string())
    return written.take(column.indices)


def _words(name: str) -> list[str]:
    syllables = " ".join(lazy_pinyin(name)).lower()
    kept = "".join(letter if letter.isalnum() else " " for letter in syllables)
    return sorted(kept.split())
