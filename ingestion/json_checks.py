"""Which JSON texts jsonb would refuse or hold differently than they are written, and their hashes.

All texts of a block are decoded at once by a strict parser in C and encoded again in one canonical
form, which the content hash is taken over. What that parser takes more easily than jsonb (repeated
keys, escaped NULs, huge numbers, deep nesting) leaves a trace in the bytes that a scan over the
whole block finds; only the few texts that show one are read again by themselves.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.garbage_collection import no_garbage_collection
from ingestion.joined_texts import JoinedTexts, colons_by_line
from ingestion.json_numbers import WrittenNumber, canonical_number, usual_number

MAX_DEPTH = 100
HASH_BYTES = 16

_DECODER = msgspec.json.Decoder(float_hook=usual_number)
_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_NOT_DECODED = (msgspec.DecodeError, ValueError, RecursionError)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examined:
    """Reason code by place (from 0) of each text that cannot be stored as it is.

    `hashes` has one row of `HASH_BYTES` for each text: the hash of its content without transport
    fields. White space, the order of keys and the way numbers and characters are written do not
    matter to it.
    """

    reasons: dict[int, str]
    hashes: npt.NDArray[np.uint8]


def examine(texts: pa.StringArray, transport_fields: Sequence[Sequence[str]] = ()) -> Examined:
    """Judges texts (valid UTF-8 without NUL bytes); a transport field is a list of keys."""
    if not len(texts):
        return Examined({}, np.empty((0, HASH_BYTES), np.uint8))
    with no_garbage_collection():
        return _examine(JoinedTexts(texts), transport_fields)


def _examine(joined: JoinedTexts, transport_fields: Sequence[Sequence[str]]) -> Examined:
    documents = _decoded(joined)
    removed = [_take_out(document, transport_fields) for document in documents if transport_fields]
    canonical = _ENCODER.encode_lines(documents)
    kept_colons = colons_by_line(canonical)
    if removed:
        kept_colons += colons_by_line(_ENCODER.encode_lines(removed))
    suspects = joined.suspects() | {k for k, one in enumerate(documents) if one is _BAD}
    # A repeated key takes its colon along when it is lost.
    suspects |= set(np.flatnonzero(kept_colons != joined.colons()).tolist())
    lines = canonical.split(b"\n")[: len(joined)]
    reasons = {}
    for k in sorted(suspects):
        reason = strict_reason(joined.text(k))
        if reason is not None:
            reasons[k] = reason
        elif documents[k] is _BAD:
            document = _read_exactly(joined.text(k))
            _take_out(document, transport_fields)
            lines[k] = _ENCODER.encode(document)
    return Examined(reasons, _hashes(lines))


_BAD: Document = {}
"""Stands for a text that was not decoded; compared by identity."""


def _decoded(joined: JoinedTexts) -> list[Document]:
    if joined.are_one_document_each:
        try:
            documents: list[Document] = _DECODER.decode_lines(joined.data)
        except _NOT_DECODED:
            pass
        else:
            if len(documents) == len(joined):
                return documents
    return [_decoded_alone(joined.raw(k)) for k in range(len(joined))]


def _decoded_alone(raw: memoryview) -> Document:
    try:
        document = _DECODER.decode(raw)
    except _NOT_DECODED:
        return _BAD
    return document if isinstance(document, dict) else _BAD


def _take_out(document: Document, fields: Sequence[Sequence[str]]) -> Document:
    """Removes the fields and gives them, under one key each."""
    removed: Document = {}
    for place, (*parents, last) in enumerate(fields):
        holder: Any = document
        for key in parents:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and last in holder:
            removed[f"{place}{last}"] = holder.pop(last)
    return removed


def _hashes(canonical: list[bytes]) -> npt.NDArray[np.uint8]:
    digests = b"".join([blake2b(line, digest_size=HASH_BYTES).digest() for line in canonical])
    return np.frombuffer(digests, np.uint8).reshape(-1, HASH_BYTES)


class _Object(dict[str, Any]):
    """An object that remembers whether it named a key twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.is_repeating = len(self) < len(pairs)
        # The lost values are judged as well.
        self.lost = [value for key, value in pairs if self.is_repeating]


def strict_reason(text: str) -> str | None:
    """Reads one text by the letter of the standard and the limits of jsonb; None if it is fine."""
    if not text.strip():
        return "empty_line"
    try:
        document: Any = json.loads(
            text,
            parse_constant=WrittenNumber,
            parse_float=WrittenNumber,
            parse_int=WrittenNumber,
            object_pairs_hook=_Object,
        )
    except RecursionError:
        return "nested_too_deep"
    except ValueError:
        return "invalid_json"
    return _first_reason(document) if isinstance(document, _Object) else "not_an_object"


def _first_reason(document: _Object) -> str | None:
    level: list[Any] = [document]
    is_repeating = False
    for _ in range(MAX_DEPTH):
        if not level:
            return "duplicate_key" if is_repeating else None
        for value in level:
            if isinstance(value, WrittenNumber):
                if not value.is_storable:
                    return "number_out_of_range"
            elif isinstance(value, str) and _UNSTORABLE.search(value):
                return "unstorable_text"
            elif isinstance(value, _Object):
                is_repeating |= value.is_repeating
        level = [child for value in level for child in _children(value)]
    return "nested_too_deep"


def _children(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, _Object):
        return [*value, *(value.lost if value.is_repeating else value.values())]
    return value if isinstance(value, list) else []


def _read_exactly(text: str) -> Document:
    """A text that was found fine by strict reading, with its numbers in canonical form."""
    document: Document = json.loads(text, parse_float=canonical_number)
    return document
