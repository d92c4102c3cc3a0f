"""Identity resolution as a reader of the rules would do it by hand: slow, obvious, dictionaries.

Shares no code with the product but the parsed rules. Everything is greedy over all links.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from identity_resolution.rules import IdentifierClass, Rules

Identifier = tuple[str, str, str]


@dataclass(frozen=True)
class Observation:
    """Identifiers seen together; strength 1 to 4 for each of them."""

    at: int
    sightings: tuple[tuple[Identifier, int], ...]
    kind: str = "seen"


@dataclass
class Link:
    first_seen: int
    last_seen: int
    count: int
    strength: int


@dataclass
class Answer:
    status: dict[Identifier, str] = field(default_factory=dict)
    profile: dict[Identifier, frozenset[Identifier]] = field(default_factory=dict)
    component: dict[Identifier, frozenset[Identifier]] = field(default_factory=dict)
    decision: dict[frozenset[Identifier], str] = field(default_factory=dict)
    first_seen: dict[Identifier, int] = field(default_factory=dict)
    strength: dict[Identifier, int] = field(default_factory=dict)
    links: dict[frozenset[Identifier], Link] = field(default_factory=dict)


def solve(observations: Iterable[Observation], rules: Rules) -> Answer:
    answer = Answer()
    for observation in observations:
        _see(answer, observation)
    neighbours: dict[Identifier, set[Identifier]] = defaultdict(set)
    for pair in answer.links:
        one, other = pair
        neighbours[one].add(other)
        neighbours[other].add(one)
    for identifier in answer.first_seen:
        answer.status[identifier] = _status(identifier, neighbours[identifier], rules)
    _unite(answer, rules)
    return answer


def _see(answer: Answer, observation: Observation) -> None:
    best: dict[Identifier, int] = {}
    for identifier, strength in observation.sightings:
        best[identifier] = min(strength, best.get(identifier, 9))
    for identifier, strength in best.items():
        earlier = answer.first_seen.get(identifier, observation.at)
        answer.first_seen[identifier] = min(earlier, observation.at)
        answer.strength[identifier] = min(strength, answer.strength.get(identifier, 9))
    if observation.kind == "unbind":
        return
    for one, other in combinations(best, 2):
        strength = max(best[one], best[other])
        link = answer.links.get(frozenset((one, other)))
        if link is None:
            at = observation.at
            answer.links[frozenset((one, other))] = Link(at, at, 1, strength)
        else:
            link.first_seen = min(link.first_seen, observation.at)
            link.last_seen = max(link.last_seen, observation.at)
            link.count += 1
            link.strength = min(link.strength, strength)


def _status(identifier: Identifier, neighbours: set[Identifier], rules: Rules) -> str:
    own = rules.of(identifier[0])
    persons: dict[tuple[str, str], set[str]] = defaultdict(set)
    for namespace, scope, value in neighbours:
        other = rules.of(namespace)
        if other.identifier_class is IdentifierClass.ACCOUNT and other.limit == 1:
            persons[namespace, scope].add(value)
    if identifier[2] in own.junk:
        return "junk"
    if own.max_degree is not None and len(neighbours) > own.max_degree:
        return "quarantined"
    most = max(map(len, persons.values()), default=0)
    if own.max_persons is not None and most > own.max_persons:
        return "quarantined"
    return "active"


def _unite(answer: Answer, rules: Rules) -> None:
    answer.profile = {i: frozenset((i,)) for i in answer.first_seen}
    answer.component = dict(answer.profile)
    for pair in sorted(answer.links, key=lambda pair: _trust(pair, answer.links[pair], rules)):
        one, other = pair
        verdict = _verdict(one, other, answer, rules)
        answer.decision[pair] = verdict
        if verdict == "used":
            _join(answer.profile, one, other)
        if verdict not in {"junk", "quarantined"}:
            _join(answer.component, one, other)


def _join(
    sets: dict[Identifier, frozenset[Identifier]], one: Identifier, other: Identifier
) -> None:
    union = sets[one] | sets[other]
    for identifier in union:
        sets[identifier] = union


def _trust(pair: frozenset[Identifier], link: Link, rules: Rules) -> tuple[object, ...]:
    ends = sorted(tuple(part.encode() for part in identifier) for identifier in pair)
    weak = any(rules.of(namespace).weak for namespace, _, _ in pair)
    rank = max(rules.of(namespace).rank for namespace, _, _ in pair)
    return (weak, link.strength, rank, -link.last_seen, ends)


def _verdict(one: Identifier, other: Identifier, answer: Answer, rules: Rules) -> str:
    statuses = {answer.status[one], answer.status[other]}
    for status in ("junk", "quarantined"):
        if status in statuses:
            return status
    if answer.profile[one] == answer.profile[other]:
        return "used"
    union = answer.profile[one] | answer.profile[other]
    if exceeds_a_limit(union, answer.first_seen, rules):
        return "limit"
    is_weak = rules.of(one[0]).weak or rules.of(other[0]).weak
    if (
        is_weak
        and _is_solid(answer.profile[one], rules)
        and _is_solid(answer.profile[other], rules)
    ):
        return "weak_bridge"
    return "used"


def _is_solid(identifiers: frozenset[Identifier], rules: Rules) -> bool:
    return any(not rules.of(namespace).weak for namespace, _, _ in identifiers)


def exceeds_a_limit(
    members: frozenset[Identifier], first_seen: dict[Identifier, int], rules: Rules
) -> bool:
    return any(_is_over_limit(i, members, first_seen, rules) for i in members)


def _is_over_limit(
    identifier: Identifier,
    union: frozenset[Identifier],
    first_seen: dict[Identifier, int],
    rules: Rules,
) -> bool:
    """Say whether an interval that begins with `identifier` holds too many of its kind."""
    namespace, scope, _ = identifier
    own = rules.of(namespace)
    if own.limit is None:
        return False
    start = first_seen[identifier]
    peers = [
        other
        for other in union
        if other[0] == namespace
        and (other[1] == scope or not own.per_scope)
        and (own.window is None or start <= first_seen[other] <= start + own.window)
    ]
    return len(peers) > own.limit
