"""Texts side by side in one buffer, scanned as bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_NEWLINE, _RETURN, _COLON = 10, 13, 58
_WHITE_SPACE = " \t\r\n"
_OPENING, _CLOSING = ord("{"), ord("}")
_LOWER_CASE = 32  # the bit that turns [ into {
_MAX_CONTAINERS = 100
_LONG_NUMBER_STRIDE, _LONG_NUMBER_STEPS = 80, 12

Flags = npt.NDArray[np.bool_]


class JoinedTexts:
    """Texts of one block, each ended by a line feed in `data`."""

    def __init__(self, texts: pa.StringArray) -> None:
        self._texts = texts
        self.data, self._ends = _joined(texts)
        self._bytes = np.frombuffer(self.data, np.uint8)
        self._starts = np.concatenate([np.zeros(1, np.int64), self._ends[:-1]])

    def __len__(self) -> int:
        """The number of texts."""
        return len(self._ends)

    def text(self, place: int) -> str:
        """One text as it was given."""
        text: str = self._texts[place].as_py()
        return text

    def raw(self, place: int) -> memoryview:
        """Its bytes."""
        return self.data[self._starts[place] : self._ends[place]]

    @property
    def are_one_document_each(self) -> bool:
        """Whether every text looks like one object.

        When each begins with `{` and ends with `}`, no document reaches from one text into the
        next: `}`, a line feed, `{` is valid nowhere inside of one.
        """
        last = np.maximum(self._ends - 2, self._starts)
        last -= (self._bytes[last] == _RETURN) & (last > self._starts)
        return bool(
            np.all(self._bytes[self._starts] == _OPENING) and np.all(self._bytes[last] == _CLOSING)
        )

    def colons(self) -> npt.NDArray[np.int64]:
        """How many colons stand in each text."""
        return _counts(self._bytes == _COLON, self._ends)

    def suspects(self) -> set[int]:
        """Texts that may hold what a strict parser takes and jsonb does not, or not as written."""
        return self._escaped() | self._nested() | self._with_long_numbers()

    def _escaped(self) -> set[int]:
        """With an escaped NUL, or a colon that is not written as one."""
        found: set[int] = set()
        haystack = bytes(self.data) if self._has_escapes() else b""
        for needle in (rb"\u0000", rb"\u003a", rb"\u003A"):
            position = haystack.find(needle)
            while position >= 0:
                found.add(int(np.searchsorted(self._ends, position, side="right")))
                position = haystack.find(needle, position + 1)
        return found

    def _has_escapes(self) -> bool:
        return bool(np.any(self._bytes == ord("\\")))

    def _nested(self) -> set[int]:
        openings = _counts((self._bytes | _LOWER_CASE) == _OPENING, self._ends)
        return set(np.flatnonzero(openings > _MAX_CONTAINERS).tolist())

    def _with_long_numbers(self) -> set[int]:
        """A run of 1,000 digits covers at least twelve bytes in a row of every 80th."""
        sampled = self._bytes[::_LONG_NUMBER_STRIDE]
        are_digits = (sampled >= ord("0")) & (sampled <= ord("9"))
        runs = are_digits.copy()
        for step in range(1, _LONG_NUMBER_STEPS):
            runs[:-step] &= are_digits[step:]
            runs[len(runs) - step :] = False
        positions = np.flatnonzero(runs) * _LONG_NUMBER_STRIDE
        return set(np.searchsorted(self._ends, positions, side="right").tolist())


def colons_by_line(lines: bytes) -> npt.NDArray[np.int64]:
    """How many colons stand in each of the lines, which all end with a line feed."""
    content = np.frombuffer(lines, np.uint8)
    return _counts(content == _COLON, np.flatnonzero(content == _NEWLINE) + 1)


def _counts(flags: Flags, ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.diff(np.searchsorted(np.flatnonzero(flags), ends), prepend=0)


def _joined(texts: pa.StringArray) -> tuple[memoryview, npt.NDArray[np.int64]]:
    data, ends = _buffer(texts)
    lengths = np.diff(ends, prepend=0)
    if len(ends) and (
        not lengths.all() or np.any(np.frombuffer(data, np.uint8)[ends - 1] != _NEWLINE)
    ):
        trimmed = pc.utf8_trim(texts, characters=_WHITE_SPACE)
        return _buffer(pc.binary_join_element_wise(trimmed, "", "\n"))
    return data, ends


def _buffer(texts: pa.StringArray) -> tuple[memoryview, npt.NDArray[np.int64]]:
    if not len(texts):
        return memoryview(b""), np.zeros(0, np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    data = memoryview(texts.buffers()[2])[offsets[0] : offsets[-1]]
    return data, (offsets[1:] - offsets[0]).astype(np.int64)
