"""Random rules and observations, small and dense enough that every rule bites often."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from identity_resolution.graph import Decision, Identifiers, Integers, Status
from identity_resolution.incremental import NEVER, State, advance, begin
from identity_resolution.links import LINKING_KINDS, Evidence
from identity_resolution.observations import Occasions, dictionary, gather
from identity_resolution.rules import Rules, parse_rules
from tests.property.identity.oracle import Identifier, Observation

DAY = 86_400

RULES = parse_rules(
    {
        "namespaces": {
            "member": {"class": "account", "rank": 1, "limit": 1},
            "union": {"class": "account", "rank": 2, "limit": 1},
            "openid": {"class": "account", "rank": 2, "limit": 1, "per_scope": True},
            "phone": {"rank": 3, "limit": 2, "max_persons": 2, "junk": ["3"]},
            "device": {"rank": 4, "limit": 2, "window": "2d", "max_degree": 6},
            "cookie": {"rank": 5, "limit": 3, "window": "1d", "weak": True, "max_persons": 3},
            "advert": {"rank": 5, "weak": True},
        }
    }
)

_NAMESPACES = ("member", "union", "openid", "phone", "device", "cookie", "advert", "unnamed")
_VALUES = ("0", "1", "2", "3", "é", "ü", "𐀀", "\uffff")


_SCOPES = {"openid": ("a", "b"), "union": ("a", "b")}


def _identifier(chance: random.Random, values: tuple[str, ...]) -> Identifier:
    namespace = chance.choice(_NAMESPACES)
    return namespace, chance.choice(_SCOPES.get(namespace, ("",))), chance.choice(values)


def _observation(chance: random.Random, values: tuple[str, ...]) -> Observation:
    size = chance.choice((1, 2, 2, 2, 3, 4))
    return Observation(
        at=chance.randrange(9) * DAY // 2,
        sightings=tuple((_identifier(chance, values), chance.randint(1, 4)) for _ in range(size)),
        kind=chance.choice(("seen", "seen", "seen", "login", "bind", "unbind")),
    )


@st.composite
def logs(draw: st.DrawFn, max_size: int = 40) -> list[Observation]:
    """Draw a log; the fewer values it knows, the denser its graph."""
    values = draw(st.integers(2, len(_VALUES)))
    size = draw(st.integers(0, max_size))
    return random_log(random.Random(draw(st.integers(0, 2**32))), size=size, values=values)


def random_log(chance: random.Random, *, size: int, values: int) -> list[Observation]:
    return [_observation(chance, _VALUES[:values]) for _ in range(size)]


def encode(batches: list[list[Observation]]) -> tuple[Identifiers, list[Evidence]]:
    """Return the dictionary of all batches, and the evidence of each."""
    rows = [sighting for batch in batches for seen in batch for sighting in seen.sightings]
    namespace, scope, value = (
        pa.array([identifier[part] for identifier, _ in rows], type=pa.string())
        for part in range(3)
    )
    known, member = dictionary(namespace, scope, value)
    evidence, start = [], 0
    for batch in batches:
        stop = start + sum(len(seen.sightings) for seen in batch)
        evidence.append(_gather(batch, member[start:stop]))
        start = stop
    return known, evidence


def _gather(batch: list[Observation], member: Integers) -> Evidence:
    occasions = Occasions(
        observed_at=_integers(seen.at for seen in batch),
        is_linking=np.array([seen.kind in LINKING_KINDS for seen in batch], dtype=bool),
        source=_integers(0 for _ in batch),
        sample=_integers(range(len(batch))),
    )
    row = _integers(row for row, seen in enumerate(batch) for _ in seen.sightings)
    strength = _integers(strength for seen in batch for _, strength in seen.sightings)
    return gather(occasions, row, member, strength)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def run(batches: list[list[Observation]], rules: Rules = RULES) -> list[State]:
    """Return the state after each batch; batch k arrives on day k."""
    known, evidence = encode(batches)
    states = [begin(known)]
    for day, batch in enumerate(evidence):
        states.append(advance(states[-1], batch, day, rules))
    return states[1:]


def resolve_all(observations: list[Observation], rules: Rules = RULES) -> "Outcome":
    return outcome(run([observations], rules)[-1])


@dataclass(frozen=True)
class Outcome:
    """A state in the words of the oracle, without positions."""

    status: dict[Identifier, str]
    profile: dict[Identifier, frozenset[Identifier]]
    component: dict[Identifier, frozenset[Identifier]]
    decision: dict[frozenset[Identifier], str]


def outcome(state: State) -> Outcome:
    names = names_of(state)
    is_seen = (state.graph.identifiers.first_seen != NEVER).tolist()
    seen = [row for row, flag in enumerate(is_seen) if flag]
    resolution, links = state.resolution, state.graph.links
    pairs = zip(
        links.left.tolist(), links.right.tolist(), resolution.decision.tolist(), strict=True
    )
    return Outcome(
        status={names[i]: Status(resolution.screening.status[i]).name.lower() for i in seen},
        profile=_groups(names, seen, resolution.anchor),
        component=_groups(names, seen, resolution.component),
        decision={frozenset((names[i], names[j])): Decision(d).name.lower() for i, j, d in pairs},
    )


def names_of(state: State) -> list[Identifier]:
    identifiers = state.graph.identifiers
    columns = (identifiers.namespace, identifiers.scope, identifiers.value)
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def _groups(
    names: list[Identifier], rows: list[int], label: Integers
) -> dict[Identifier, frozenset[Identifier]]:
    groups: dict[int, set[Identifier]] = {}
    for row in rows:
        groups.setdefault(int(label[row]), set()).add(names[row])
    return {names[row]: frozenset(groups[int(label[row])]) for row in rows}
