"""Score profiles against the truth: how often are two identifiers rightly one person?

Pairwise counts pairs of identifiers; B-cubed averages over identifiers, so that one large wrong
profile does not drown the rest. Formulas: Bagga and Baldwin (1998).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from identity_resolution.graph import Flags, Integers

Identifier = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall, 0 to 1; 1 where there was nothing to get wrong."""

    identifiers: int
    pairwise_precision: float
    pairwise_recall: float
    bcubed_precision: float
    bcubed_recall: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The score over all, for each scenario, and the profiles that join several persons.

    wrong_profiles: profile id to the (namespace, scope, value) it holds. wrong_pairs: of each of
    them, the first identifier and the first one of another person: what to explain. unmapped:
    identifiers of the truth that no profile holds, which count as alone. split_persons: persons
    whose identifiers are in more than one profile. unlabelled: identifiers
    the truth does not know, which count for nothing.
    """

    overall: Score
    by_scenario: Mapping[str, Score]
    wrong_profiles: Mapping[str, tuple[Identifier, ...]]
    wrong_pairs: Mapping[str, tuple[Identifier, Identifier]]
    unmapped: int
    split_persons: int
    unlabelled: int


def compare(
    owner: Mapping[Identifier, str],
    scenarios: Mapping[str, set[str]],
    profile_id: Mapping[Identifier, str],
) -> Evaluation:
    """Score profiles: person of each identifier, persons of each scenario, profile ids found.

    An identifier whose person is empty belongs to nobody: whatever shares its profile is wrong.
    """
    known = sorted(owner)
    persons = [owner[i] for i in known]
    person = _labels([p or f"nobody {row}" for row, p in enumerate(persons)])
    profile = _labels([profile_id.get(i) or f"alone {row}" for row, i in enumerate(known)])
    wrong_profiles, wrong_pairs = _wrong_merges(known, profile, person, profile_id)
    by_scenario = {
        name: score(profile, person, np.array([p in members for p in persons], dtype=bool))
        for name, members in sorted(scenarios.items())
    }
    return Evaluation(
        overall=score(profile, person),
        by_scenario=by_scenario,
        wrong_profiles=wrong_profiles,
        wrong_pairs=wrong_pairs,
        split_persons=_split_persons(profile, person, np.array([bool(p) for p in persons])),
        unmapped=sum(i not in profile_id for i in known),
        unlabelled=sum(i not in owner for i in profile_id),
    )


def _labels(names: Sequence[str]) -> Integers:
    return np.unique(np.array(names, dtype=object), return_inverse=True)[1].astype(np.int64)


def _split_persons(profile: Integers, person: Integers, is_person: Flags) -> int:
    pairs = np.unique(np.column_stack((person[is_person], profile[is_person])), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())


def _wrong_merges(
    known: Sequence[Identifier],
    profile: Integers,
    person: Integers,
    profile_id: Mapping[Identifier, str],
) -> tuple[dict[str, tuple[Identifier, ...]], dict[str, tuple[Identifier, Identifier]]]:
    held: dict[int, list[tuple[Identifier, int]]] = defaultdict(list)
    for identifier, p, q in zip(known, profile.tolist(), person.tolist(), strict=True):
        held[p].append((identifier, q))
    profiles, pairs = {}, {}
    for members in held.values():
        first, owner = members[0]
        strangers = [identifier for identifier, other in members if other != owner]
        if strangers:
            profiles[profile_id[first]] = tuple(identifier for identifier, _ in members)
            pairs[profile_id[first]] = first, strangers[0]
    return profiles, pairs


def score(profile: Integers, person: Integers, is_inside: Flags | None = None) -> Score:
    """Compare two partitions of the same identifiers, given as one label each.

    is_inside: score only the persons flagged (all identifiers of a person alike): pairs with at
    least one end inside, and the average over identifiers inside.
    """
    inside = np.ones(len(profile), dtype=bool) if is_inside is None else is_inside
    both = profile * (int(person.max(initial=-1)) + 1) + person
    in_profile, in_person, in_both = (_group_sizes(label) for label in (profile, person, both))
    outside = np.bincount(profile[~inside], minlength=int(profile.max(initial=-1)) + 1)
    found_wide = _pairs(np.bincount(profile)) - _pairs(outside)
    right = _pairs(_sizes(both[inside]))
    return Score(
        identifiers=int(inside.sum()),
        pairwise_precision=_ratio(right, found_wide),
        pairwise_recall=_ratio(right, _pairs(_sizes(person[inside]))),
        bcubed_precision=_mean((in_both / in_profile)[inside]),
        bcubed_recall=_mean((in_both / in_person)[inside]),
    )


def _sizes(label: Integers) -> Integers:
    return np.unique(label, return_counts=True)[1]


def _group_sizes(label: Integers) -> Integers:
    _, inverse, count = np.unique(label, return_inverse=True, return_counts=True)
    return count[inverse]


def _pairs(sizes: Integers) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.mean()) if len(values) else 1.0
