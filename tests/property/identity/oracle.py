"""Identity resolution as a reader of the rules would do it by hand: slow, obvious, dictionaries.

Shares no code with the product but the parsed rules. Everything is greedy over all links.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from identity_resolution.rules import Basis, IdentifierClass, Rules
from tests.property.identity.evidence import NOTHING, Identifier, Observation, Pair, Stated

INACTIVE = ("junk", "quarantined", "shared")


@dataclass
class Link:
    first_seen: int = 2**62
    last_seen: int = -(2**62)
    count: int = 0
    strength: int = 9
    bases: set[Basis] = field(default_factory=set)
    is_forced: bool = False


@dataclass
class Answer:
    rules: Rules
    status: dict[Identifier, str] = field(default_factory=dict)
    profile: dict[Identifier, frozenset[Identifier]] = field(default_factory=dict)
    component: dict[Identifier, frozenset[Identifier]] = field(default_factory=dict)
    decision: dict[Pair, str] = field(default_factory=dict)
    first_seen: dict[Identifier, int] = field(default_factory=dict)
    strength: dict[Identifier, int] = field(default_factory=dict)
    links: dict[Pair, Link] = field(default_factory=dict)
    one: dict[Identifier, frozenset[Identifier]] = field(default_factory=dict)
    apart: set[Pair] = field(default_factory=set)
    consent: dict[Identifier, bool] = field(default_factory=dict)
    torn: set[tuple[Identifier, str]] = field(default_factory=set)


def solve(observations: Iterable[Observation], rules: Rules, stated: Stated = NOTHING) -> Answer:
    log = forget(observations, stated)
    answer = Answer(rules, consent=dict(stated.consent))
    _read_identifiers(answer, log)
    void_until = _read_unbinds(answer, log)
    sightings = _read_links(answer, log, void_until)
    blocked = _read_statements(answer, stated)
    neighbours: dict[Identifier, list[tuple[Identifier, Link]]] = defaultdict(list)
    for pair, link in answer.links.items():
        for one, other in _both_ways(pair) if link.count else ():
            neighbours[one].append((other, link))
    for identifier in answer.first_seen:
        status = _status(identifier, neighbours[identifier], rules)
        if status == "active" and identifier in blocked:
            status = "quarantined"
        if status == "active" and _owner_changes(sightings[identifier]) >= 3:
            status = "shared"
        answer.status[identifier] = status
    _unite(answer)
    return answer


def _read_identifiers(answer: Answer, log: list[Observation]) -> None:
    for observation in log:
        for identifier, strength in observation.sightings:
            earlier = answer.first_seen.get(identifier, observation.at)
            answer.first_seen[identifier] = min(earlier, observation.at)
            answer.strength[identifier] = min(strength, answer.strength.get(identifier, 9))


def forget(observations: Iterable[Observation], stated: Stated) -> list[Observation]:
    """What is left of the log after all erasures."""

    def is_erased(identifier: Identifier, seen: Observation) -> bool:
        return any(
            stone.identifier == identifier
            and seen.at <= stone.erased_at
            and stone.source in ("", seen.source)
            for stone in stated.stones
        )

    return [
        replace(seen, sightings=tuple(s for s in seen.sightings if not is_erased(s[0], seen)))
        for seen in observations
    ]


def _both_ways(pair: Pair) -> list[tuple[Identifier, Identifier]]:
    one, other = pair
    return [(one, other), (other, one)]


def _read_unbinds(answer: Answer, log: list[Observation]) -> dict[Pair, int]:
    last: dict[str, dict[Pair, int]] = {"unbind": {}, "bind": {}}
    for seen in log:
        for pair in seen.pairs if seen.kind in last else ():
            last[seen.kind][pair] = max(seen.at, last[seen.kind].get(pair, seen.at))
    for pair, at in last["unbind"].items():
        if last["bind"].get(pair, at) <= at:
            answer.apart.add(pair)
    return last["unbind"]


def _read_links(
    answer: Answer, log: list[Observation], void_until: dict[Pair, int]
) -> dict[Identifier, list[tuple[int, Identifier]]]:
    """Fill the links; return when each shareable identifier was seen with which account."""
    sightings: dict[Identifier, list[tuple[int, Identifier]]] = defaultdict(list)
    for seen in log:
        best = {i: min(s for j, s in seen.sightings if j == i) for i in seen.identifiers}
        for pair in seen.pairs if seen.kind != "unbind" else ():
            if pair in void_until and seen.at <= void_until[pair]:
                continue
            link = answer.links.setdefault(pair, Link())
            link.first_seen = min(link.first_seen, seen.at)
            link.last_seen = max(link.last_seen, seen.at)
            link.count += 1
            link.strength = min(link.strength, max(best[i] for i in pair))
            link.bases.add(answer.rules.basis_of(seen.source))
            for thing, account in _both_ways(pair):
                if not is_account(thing, answer.rules) and _names_one(account, answer.rules):
                    sightings[thing].append((seen.at, account))
            link.is_forced |= seen.kind == "alias"
    return sightings


def _read_statements(answer: Answer, stated: Stated) -> set[Identifier]:
    blocked: set[Identifier] = set()
    for said in stated.statements:
        if said.kind == "block":
            blocked.update(said.left)
        if said.kind == "different":
            answer.apart.update(frozenset((a, b)) for a in said.left for b in said.right)
        for one, other in combinations(said.left, 2) if said.kind == "same" else ():
            if one in answer.first_seen and other in answer.first_seen:
                answer.links.setdefault(frozenset((one, other)), Link()).is_forced = True
    return blocked


def is_account(identifier: Identifier, rules: Rules) -> bool:
    return rules.of(identifier[0]).identifier_class is IdentifierClass.ACCOUNT


def _names_one(identifier: Identifier, rules: Rules) -> bool:
    return is_account(identifier, rules) and rules.of(identifier[0]).limit == 1


def _owner_changes(seen: list[tuple[int, Identifier]]) -> int:
    """How often a thing changed hands among the accounts of one kind."""
    kinds = {account[:2] for _, account in seen}
    changes = []
    for kind in kinds:
        turns = sorted(
            (at, account[2].encode(), account) for at, account in seen if account[:2] == kind
        )
        changes.append(sum(one[2] != other[2] for one, other in pairwise(turns)))
    return max(changes, default=0)


def _status(identifier: Identifier, neighbours: list[tuple[Identifier, Link]], rules: Rules) -> str:
    own = rules.of(identifier[0])
    persons = Counter(other[:2] for other, _ in neighbours if _names_one(other, rules))
    most = max(persons.values(), default=0)
    days = Counter(link.first_seen // 86_400 for _, link in neighbours)
    text = identifier[2].removeprefix("+86").partition("@")[0]
    if identifier[2] in own.junk:
        return "junk"
    if own.junk_from_data:
        is_poor = len(text) >= 6 and len(set(text)) < rules.junk.characters
        is_growing = max(days.values(), default=0) > rules.junk.growth_per_day
        is_thing = not is_account(identifier, rules)
        if is_poor or (is_thing and (is_growing or most > rules.junk.accounts)):
            return "quarantined"
    if own.max_degree is not None and len(neighbours) > own.max_degree:
        return "quarantined"
    if own.max_persons is not None and most > own.max_persons:
        return "quarantined"
    return "active"


def _unite(answer: Answer) -> None:
    answer.profile = {i: frozenset((i,)) for i in answer.first_seen}
    answer.component = dict(answer.profile)
    answer.one = dict(answer.profile)
    answer.torn = _torn(answer)
    for pair in sorted(answer.links, key=lambda pair: _trust(pair, answer)):
        one, other = pair
        verdict = _verdict(one, other, answer)
        answer.decision[pair] = verdict
        if verdict == "used":
            _join(answer.profile, one, other)
            if answer.links[pair].is_forced:
                _join(answer.one, one, other)
        if verdict not in INACTIVE:
            _join(answer.component, one, other)


def _join(
    sets: dict[Identifier, frozenset[Identifier]], one: Identifier, other: Identifier
) -> None:
    union = sets[one] | sets[other]
    for identifier in union:
        sets[identifier] = union


def _trust(pair: Pair, answer: Answer) -> tuple[object, ...]:
    link, rules = answer.links[pair], answer.rules
    ends = sorted(tuple(part.encode() for part in identifier) for identifier in pair)
    weak = any(rules.of(namespace).weak for namespace, _, _ in pair)
    rank = max(rules.of(namespace).rank for namespace, _, _ in pair)
    return (not link.is_forced, weak, link.strength, rank, -link.last_seen, ends)


def _verdict(one: Identifier, other: Identifier, answer: Answer) -> str:
    statuses = {answer.status[one], answer.status[other]}
    link = answer.links[frozenset((one, other))]
    union = answer.profile[one] | answer.profile[other]
    is_torn = bool({(one, other[0]), (other, one[0])} & answer.torn)
    if statuses & set(INACTIVE):
        return next(status for status in INACTIVE if status in statuses)
    if not link.is_forced and (is_torn or not _has_basis(one, other, answer)):
        return "functional_conflict" if is_torn else "no_basis"
    if answer.profile[one] == answer.profile[other]:
        return "used"
    if any(pair <= union for pair in answer.apart):
        return "different"
    return "used" if link.is_forced else _verdict_by_rules(one, other, answer)


def _verdict_by_rules(one: Identifier, other: Identifier, answer: Answer) -> str:
    if exceeds_a_limit(answer.profile[one] | answer.profile[other], answer):
        return "limit"
    is_weak = answer.rules.of(one[0]).weak or answer.rules.of(other[0]).weak
    sides = answer.profile[one], answer.profile[other]
    is_bridge = is_weak and all(_is_solid(side, answer.rules) for side in sides)
    return "weak_bridge" if is_bridge else "used"


def _torn(answer: Answer) -> set[tuple[Identifier, str]]:
    """Whoever determines a value of a namespace but was seen with two of them in one scope."""
    values: dict[tuple[Identifier, str, str], set[str]] = defaultdict(set)
    for pair, link in answer.links.items():
        for one, (namespace, scope, value) in _both_ways(pair) if link.count else ():
            is_active = answer.status[namespace, scope, value] == "active"
            if is_active and answer.rules.of(one[0]).functional == namespace:
                values[one, namespace, scope].add(value)
    return {(one, namespace) for (one, namespace, _), found in values.items() if len(found) > 1}


def _has_basis(one: Identifier, other: Identifier, answer: Answer) -> bool:
    rules = answer.rules
    if not (is_account(one, rules) and is_account(other, rules)):
        return True
    if rules.of(one[0]).functional == other[0] or rules.of(other[0]).functional == one[0]:
        return True
    bases = answer.links[frozenset((one, other))].bases
    said = {answer.consent.get(one), answer.consent.get(other)}
    return Basis.CONTRACT in bases or (
        Basis.CONSENT in bases and True in said and False not in said
    )


def _is_solid(identifiers: frozenset[Identifier], rules: Rules) -> bool:
    return any(not rules.of(namespace).weak for namespace, _, _ in identifiers)


def exceeds_a_limit(members: frozenset[Identifier], answer: Answer) -> bool:
    return any(_is_over_limit(i, members, answer) for i in members)


def _is_over_limit(identifier: Identifier, union: frozenset[Identifier], answer: Answer) -> bool:
    """Say whether an interval that begins with `identifier` holds too many of its kind."""
    namespace, scope, _ = identifier
    own = answer.rules.of(namespace)
    if own.limit is None:
        return False
    first: dict[frozenset[Identifier], int] = {}
    for other in union:
        if other[0] == namespace and (other[1] == scope or not own.per_scope):
            one = answer.one[other]
            first[one] = min(answer.first_seen[other], first.get(one, 2**62))
    start = first[answer.one[identifier]]
    if own.window is None:
        return len(first) > own.limit
    return sum(start <= seen <= start + own.window for seen in first.values()) > own.limit
