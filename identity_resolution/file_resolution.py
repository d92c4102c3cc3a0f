"""Identity resolution without a database: observations in a file, the map of profiles out.

For trying rules on real data and scoring them: what it decides is what the warehouse would.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa

from identifiers import JunkLists, normalise
from identity_resolution.actors import NOBODY, choose_actors
from identity_resolution.anchors import birth_ids
from identity_resolution.graph import Decision, Identifiers, Integers, Status
from identity_resolution.incremental import State, advance, begin
from identity_resolution.links import LINKING_KINDS, Evidence
from identity_resolution.observation_file import (
    Identifier,
    Observation,
    Reject,
    read_observations,
)
from identity_resolution.observations import Occasions, dictionary, gather
from identity_resolution.rule_file import load_rules
from identity_resolution.rules import Rules, tabulate

_NO_JUNK = JunkLists(phones=frozenset(), email_domains=frozenset(), devices=frozenset())
"""Which values are junk is the rules' to say; here values only get their normal form."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What to resolve and where to put it.

    observations_path: JSON lines. output_path: CSV namespace,scope,value,profile_id. events_path:
    CSV source,event_id,profile_id,because of every observation. batch_by: a field of the lines;
    its values are resolved one after the other in their order, as daily loads would be.
    identity_key: the secret that profile ids are made with.
    """

    observations_path: Path
    output_path: Path
    rules_path: Path | None = None
    batch_by: str | None = None
    events_path: Path | None = None
    identity_key: bytes = b""


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What came of it."""

    observations: int
    rejects: tuple[Reject, ...]
    identifiers: int
    identifiers_by_status: Mapping[str, int]
    links: int
    refusals: Mapping[str, int]
    profiles: int
    known_profiles: int
    largest_profile: int


@dataclass(frozen=True, slots=True)
class FileResult:
    """A resolved file.

    state: the graph and what was decided. observations: in the order of their batches, and
    evidence: one set of identifiers for each. rejects: lines that are no observation. spelling: the
    position of each identifier, as it is written in the file and as it is once normalised.
    """

    state: State
    observations: Sequence[Observation]
    evidence: Evidence
    rejects: tuple[Reject, ...]
    spelling: Mapping[Identifier, int]


def resolve_file(request: FileRequest) -> FileCounts:
    """Resolve a file of observations and write its map; raise `Fatal` on bad rules."""
    rules = load_rules(request.rules_path)
    result = resolve_observations(request.observations_path, rules, request.batch_by)
    name = profile_ids(result.state, request.identity_key)
    rows = ((*identifier, name[row]) for identifier, row in sorted(result.spelling.items()))
    _write(request.output_path, ("namespace", "scope", "value", "profile_id"), rows)
    if request.events_path:
        header = ("source", "event_id", "profile_id", "because")
        _write(request.events_path, header, owners(result, name, rules))
    return _count(result)


def resolve_observations(path: Path, rules: Rules, batch_by: str | None = None) -> FileResult:
    """Read the observations at `path` and resolve them, batch by batch."""
    content = read_observations(path, batch_by)
    observations = sorted(content.observations, key=_batch_order)
    normal = normalised({i for seen in observations for i, _ in seen.sightings}, rules)
    kept = [
        [(clean, strength) for i, strength in seen.sightings if (clean := normal[i]) is not None]
        for seen in observations
    ]
    identifiers, member = _dictionary([identifier for row in kept for identifier, _ in row])
    evidence = _gather(observations, kept, member)
    state = begin(identifiers)
    stop = 0
    for day, (_, batch) in enumerate(groupby(observations, key=_batch_order)):
        start, stop = stop, stop + sum(1 for _ in batch)
        state = advance(state, evidence.slice(start, stop), day, rules)
    place = {identifier: row for row, identifier in enumerate(names(identifiers))}
    spelling = place | {i: place[clean] for i, clean in normal.items() if clean is not None}
    return FileResult(state, observations, evidence, tuple(content.rejects), spelling)


def normalised(spelt: Collection[Identifier], rules: Rules) -> dict[Identifier, Identifier | None]:
    """Return each identifier in the normal form of its namespace; None if it cannot be one."""
    normal: dict[Identifier, Identifier | None] = {identifier: identifier for identifier in spelt}
    for namespace in {namespace for namespace, _, _ in spelt}:
        normaliser = rules.of(namespace).normalise
        if normaliser is not None:
            members = [identifier for identifier in spelt if identifier[0] == namespace]
            values = pa.array([value for _, _, value in members], type=pa.string())
            clean = normalise(normaliser, values, _NO_JUNK).to_pylist()
            for (_, scope, value), result in zip(members, clean, strict=True):
                normal[namespace, scope, value] = result and (namespace, scope, result)
    return normal


def names(identifiers: Identifiers) -> list[Identifier]:
    """Return (namespace, scope, value) of each identifier."""
    columns = (identifiers.namespace, identifiers.scope, identifiers.value)
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def profile_ids(state: State, key: bytes) -> list[str]:
    """Return the profile id of each identifier."""
    anchors, profile = np.unique(state.resolution.anchor, return_inverse=True)
    ids = birth_ids(key, names(state.graph.identifiers.take(anchors)))
    return [ids[row] for row in profile.tolist()]


def owners(
    result: FileResult, name: Sequence[str], rules: Rules
) -> Iterator[tuple[str, str, str, str]]:
    """Yield source, event id, owning profile and reason of each observation that has an event id.

    because: `account` or `map` by what the actor is; `nobody` when no identifier is active.
    """
    identifiers = result.state.graph.identifiers
    table = tabulate(rules, identifiers.namespaces)
    screening = result.state.resolution.screening
    actors = choose_actors(identifiers, result.evidence, screening, table)
    is_account = table.is_account[identifiers.namespace_code]
    for seen, actor in zip(result.observations, actors.tolist(), strict=True):
        if actor == NOBODY:
            yield seen.source, seen.event_id, "", "nobody"
        else:
            because = "account" if is_account[actor] else "map"
            yield seen.source, seen.event_id, name[actor], because


def _batch_order(seen: Observation) -> tuple[bool, str | int | float]:
    return isinstance(seen.batch, str), seen.batch


def _dictionary(sightings: Sequence[Identifier]) -> tuple[Identifiers, Integers]:
    namespaces, scopes, values = (
        pa.array([identifier[part] for identifier in sightings], type=pa.large_string())
        for part in range(3)
    )
    return dictionary(namespaces, scopes, values)


def _gather(
    observations: Sequence[Observation],
    sightings: Sequence[Sequence[tuple[Identifier, int]]],
    member: Integers,
) -> Evidence:
    zeros = np.zeros(len(observations), dtype=np.int64)
    occasions = Occasions(
        observed_at=_integers(seen.observed_at for seen in observations),
        is_linking=np.array([seen.kind in LINKING_KINDS for seen in observations], dtype=bool),
        source=zeros,
        sample=_integers(seen.line_number for seen in observations),
    )
    row = _integers(row for row, seen in enumerate(sightings) for _ in seen)
    strength = _integers(strength for seen in sightings for _, strength in seen)
    return gather(occasions, row, member, strength)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _count(result: FileResult) -> FileCounts:
    state = result.state
    resolution = state.resolution
    profiles, sizes = np.unique(resolution.anchor, return_counts=True)
    statuses = Counter(Status(code).name.lower() for code in resolution.screening.status.tolist())
    decisions = Counter(Decision(code).name.lower() for code in resolution.decision.tolist())
    return FileCounts(
        observations=len(result.observations),
        rejects=result.rejects,
        identifiers=len(resolution.anchor),
        identifiers_by_status=dict(statuses),
        links=len(state.graph.links),
        refusals={name: n for name, n in decisions.items() if name != Decision.USED.name.lower()},
        profiles=len(profiles),
        known_profiles=int(resolution.is_known[profiles].sum()),
        largest_profile=int(sizes.max(initial=0)),
    )
