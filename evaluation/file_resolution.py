"""Identity resolution without a database: observations in a file, the map of profiles out.

For trying rules on real data and scoring them: what it decides is what the warehouse would.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from evaluation.ledger import Delivery, Ledger, advance, open_ledger
from evaluation.observation_file import Identifier, Observation, Reject, read_observations
from evaluation.observations import Occasions, dictionary, gather
from identifiers import RESIDUAL, JunkLists, birth_ids, normalise
from identity_resolution.actors import NOBODY, choose_actors
from identity_resolution.claims import no_claims
from identity_resolution.graph import (
    Decision,
    Flags,
    Graph,
    Identifiers,
    Integers,
    Resolution,
    Status,
)
from identity_resolution.links import KINDS, Evidence
from identity_resolution.ownership import find_windows
from identity_resolution.rules import Rules, RuleTable, tabulate
from identity_store.rule_file import load_rules

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

    ledger: the log, one set of identifiers for each of observations, and what was decided. rejects:
    lines that are no observation. spelling: the position of each identifier, as it is written in
    the file and as it is once normalised.
    """

    ledger: Ledger
    observations: Sequence[Observation]
    rejects: tuple[Reject, ...]
    spelling: Mapping[Identifier, int]


def resolve_file(request: FileRequest) -> FileCounts:
    """Resolve a file of observations and write its map; raise `Fatal` on bad rules."""
    rules = load_rules(request.rules_path)
    result = resolve_observations(request.observations_path, rules, request.batch_by)
    name = profile_ids(result.ledger, request.identity_key)
    rows = ((*identifier, name[row]) for identifier, row in sorted(result.spelling.items()))
    _write(request.output_path, ("namespace", "scope", "value", "profile_id"), rows)
    if request.events_path:
        header = ("source", "event_id", "profile_id", "because")
        _write(request.events_path, header, owners(result, name, rules, request.identity_key))
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
    evidence = _gather(observations, kept, member, rules)
    ledger, stated = open_ledger(identifiers), no_claims(len(identifiers))
    stop = 0
    for day, (_, batch) in enumerate(groupby(observations, key=_batch_order)):
        start, stop = stop, stop + sum(1 for _ in batch)
        sets = evidence.take(np.arange(start, stop))
        ledger = advance(ledger, Delivery(sets, day, stated), rules)
    place = {identifier: row for row, identifier in enumerate(identifiers.names())}
    spelling = place | {i: place[clean] for i, clean in normal.items() if clean is not None}
    return FileResult(ledger, observations, tuple(content.rejects), spelling)


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


def profile_ids(ledger: Ledger, key: bytes) -> list[str]:
    """Return the profile id of each identifier."""
    graph, resolution = ledger.state.graph, ledger.state.resolution
    anchors, profile = np.unique(resolution.anchor, return_inverse=True)
    ids = birth_ids(key, graph.identifiers.take(anchors).names())
    return [ids[row] for row in profile.tolist()]


Window: TypeAlias = tuple[int, int, int]
"""From when, until when (seconds), and the identifier whose profile is the owner."""


def owners(
    result: FileResult, name: Sequence[str], rules: Rules, key: bytes
) -> Iterator[tuple[str, str, str, str]]:
    """Yield source, event id, owning profile and reason of each observation.

    because: `account` when an account acted; `window` when the actor belonged to somebody then;
    `map` when it never had two owners; `shared_device` when it had; `nobody` when nothing can act.
    """
    state = result.ledger.state
    identifiers = state.graph.identifiers
    table = tabulate(rules, identifiers.namespaces)
    actors = choose_actors(identifiers, result.ledger.log, state.resolution.screening, table)
    is_account = table.is_account[identifiers.namespace_code]
    windows = windows_of(result.ledger, rules)
    residual = dict(zip(windows, _residual_ids(identifiers, list(windows), key), strict=True))
    for seen, actor in zip(result.observations, actors.tolist(), strict=True):
        owner, because = "", "nobody"
        if actor != NOBODY:
            own = [] if is_account[actor] else windows.get(actor, [])
            at = [account for start, end, account in own if start <= seen.observed_at < end]
            owner = name[at[0]] if at else name[actor]
            because = "account" if is_account[actor] else "window" if at else "map"
            if because == "map" and len({name[account] for _, _, account in own}) > 1:
                owner, because = residual[actor], "shared_device"
        yield seen.source, seen.event_id, owner, because


def windows_of(ledger: Ledger, rules: Rules) -> dict[int, list[Window]]:
    """Return the windows of each identifier that belonged to more than its own profile."""
    graph, resolution = ledger.state.graph, ledger.state.resolution
    table = tabulate(rules, graph.identifiers.namespaces)
    is_wanted = _is_divided(graph, resolution, table)
    close_after = rules.ownership.close_after_last_authenticated
    found: dict[int, list[Window]] = defaultdict(list)
    for window in find_windows(
        graph.identifiers, resolution.screening, ledger.log, is_wanted, (table, close_after)
    ):
        found[window.identifier].append((window.owned_from, window.owned_to, window.account))
    return found


def _is_divided(graph: Graph, resolution: Resolution, table: RuleTable) -> Flags:
    """Flag shareable identifiers seen with an account of a profile that is not their own.

    All others belong to their own profile at any time, and need no windows.
    """
    is_account = table.is_account[graph.identifiers.namespace_code]
    one, other = graph.links.both_ways()
    is_apart = ~is_account[one] & is_account[other] & resolution.screening.is_active[other]
    is_apart &= resolution.anchor[one] != resolution.anchor[other]
    is_divided = np.zeros(len(graph.identifiers), dtype=bool)
    is_divided[one[is_apart]] = True
    return is_divided


def _residual_ids(identifiers: Identifiers, rows: list[int], key: bytes) -> list[str]:
    chosen = identifiers.take(np.array(rows, dtype=np.int64))
    return birth_ids(key, chosen.names(), [RESIDUAL] * len(rows))


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
    rules: Rules,
) -> Evidence:
    zeros = np.zeros(len(observations), dtype=np.int64)
    occasions = Occasions(
        observed_at=_integers(seen.observed_at for seen in observations),
        kind=np.array([KINDS[seen.kind] for seen in observations], dtype=np.int8),
        source=zeros,
        sample=_integers(seen.line_number for seen in observations),
        basis=_integers(rules.basis_of(seen.source) for seen in observations),
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
    state = result.ledger.state
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
