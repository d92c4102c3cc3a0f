"""Read a file of observations: JSON lines, each identifiers seen together at one moment.

A line that is no observation is rejected with a reason and its number; it never stops the file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from identity_resolution.links import KINDS, MAX_IDENTIFIERS

WORST_STRENGTH = 4

Identifier = tuple[str, str, str]


class _BadLineError(ValueError):
    """What is wrong with a line, as a code."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One line: when, where, and the identifiers with the strength of each."""

    line_number: int
    observed_at: int
    source: str
    event_id: str
    kind: str
    batch: str | int | float
    sightings: tuple[tuple[Identifier, int], ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that is no observation."""

    line_number: int
    reason: str


@dataclass(slots=True)
class ObservationFile:
    """What a file holds."""

    observations: list[Observation] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def read_observations(path: Path, batch_by: str | None = None) -> ObservationFile:
    """Read the JSON lines of `path`; `batch_by` names the field that tells batches apart."""
    content = ObservationFile()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                content.observations.append(_observation(number, line, batch_by))
            except _BadLineError as error:
                content.rejects.append(Reject(number, str(error)))
    return content


def _observation(number: int, line: bytes, batch_by: str | None) -> Observation:
    record = _record(line)
    kind = record.get("kind", "seen")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _BadLineError("unknown_kind")
    strength = _strength(record.get("strength", 2))
    sightings = tuple(_sightings(record.get("identifiers"), strength))
    if len({identifier for identifier, _ in sightings}) > MAX_IDENTIFIERS:
        raise _BadLineError("too_many_identifiers")
    batch = record.get(batch_by) if batch_by else None
    return Observation(
        line_number=number,
        observed_at=_seconds(record.get("observed_at")),
        source=_text(record.get("source", ""), "bad_source"),
        event_id=_text(record.get("event_id", ""), "bad_event_id"),
        kind=kind,
        batch=batch if isinstance(batch, str | int | float) else "",
        sightings=sightings,
    )


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLineError("not_json") from None
    if not isinstance(record, dict):
        raise _BadLineError("not_an_object")
    return record


def _sightings(entries: object, strength: int) -> Iterator[tuple[Identifier, int]]:
    if not isinstance(entries, list):
        raise _BadLineError("no_identifiers")
    for entry in entries:
        if not isinstance(entry, dict):
            raise _BadLineError("bad_identifier")
        namespace = _text(entry.get("namespace"), "bad_identifier")
        scope = _text(entry.get("scope") or "", "bad_identifier")
        value = _text(entry.get("value"), "bad_identifier")
        if not namespace or not value:
            raise _BadLineError("bad_identifier")
        yield (namespace, scope, value), _strength(entry.get("strength", strength))


def _text(value: object, reason: str) -> str:
    if not isinstance(value, str):
        raise _BadLineError(reason)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _BadLineError(reason) from None
    return value


def _strength(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= WORST_STRENGTH:
        raise _BadLineError("bad_strength")
    return value


def _seconds(value: object) -> int:
    """Return whole seconds; a time without a zone is ambiguous and refused."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _BadLineError("bad_observed_at") from None
    if moment.tzinfo is None:
        raise _BadLineError("observed_at_without_zone")
    return int(moment.timestamp() // 1)
