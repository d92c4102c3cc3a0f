"""Sources as bits, so that the sources of a link are one integer while it is worked on."""

import numpy as np
import pyarrow as pa

from identity_resolution.graph import Integers, codes
from warehouse.errors import Fatal

MAX_SOURCES = 63


class SourceBits:
    """Gives each source name a bit at its first mention; bits are not stored anywhere."""

    def __init__(self) -> None:
        self._bit: dict[str, int] = {}

    def masks(self, texts: pa.ChunkedArray, *, is_list: bool) -> Integers:
        """Return the mask of each text: one source, or `{a,b}` as PostgreSQL writes a list."""
        column = texts.combine_chunks().dictionary_encode()
        names = column.dictionary.to_pylist()
        masks = [self._mask(_listed(name) if is_list else [name]) for name in names]
        by_code: Integers = np.array(masks, dtype=np.int64)
        return np.take(by_code, codes(column))

    def lists(self, masks: Integers) -> pa.Array:
        """Return `{a,b}` for each mask, names in order."""
        distinct, code = np.unique(masks, return_inverse=True)
        texts = pa.array([self._list(int(mask)) for mask in distinct], type=pa.string())
        return texts.take(pa.array(code))

    def _mask(self, names: list[str]) -> int:
        return sum(1 << self._bit_of(name) for name in names)

    def _bit_of(self, name: str) -> int:
        bit = self._bit.setdefault(name, len(self._bit))
        if bit >= MAX_SOURCES:
            raise Fatal(f"more than {MAX_SOURCES} sources; links cannot tell them apart")
        return bit

    def _list(self, mask: int) -> str:
        names = sorted(name for name, bit in self._bit.items() if mask >> bit & 1)
        return "{" + ",".join(names) + "}"


def _listed(text: str) -> list[str]:
    return [name for name in text.strip("{}").split(",") if name]
