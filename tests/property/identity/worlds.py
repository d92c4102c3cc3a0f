"""Random rules and observations, small and dense enough that every rule bites often."""

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from evaluation.ledger import Delivery, Ledger, Tombstones, advance, open_ledger
from evaluation.observations import Occasions, dictionary, gather
from identity_resolution.claims import Claims, no_claims
from identity_resolution.graph import NEVER, Apart, Decision, Identifiers, Integers, Status
from identity_resolution.incremental import State
from identity_resolution.links import KINDS, Evidence, stated_links
from identity_resolution.rules import Rules, parse_rules
from tests.property.identity.evidence import (
    NOTHING,
    Identifier,
    Observation,
    Stated,
    Statement,
    Stone,
)

DAY = 86_400
SOURCES = ("app", "web", "commerce")

RULES = parse_rules(
    {
        "namespaces": {
            "member": {"class": "account", "rank": 1, "limit": 1},
            "union": {"class": "account", "rank": 2, "limit": 1},
            "openid": {
                "class": "account",
                "rank": 2,
                "limit": 1,
                "per_scope": True,
                "functional": "union",
            },
            "phone": {"rank": 3, "limit": 2, "max_persons": 2, "junk": ["3"]},
            "device": {"rank": 4, "limit": 2, "window": "2d", "max_degree": 6},
            "cookie": {"rank": 5, "limit": 3, "window": "1d", "weak": True, "max_persons": 3},
            "advert": {"rank": 5, "weak": True, "junk_from_data": True},
        },
        "junk": {"growth_per_day": 4, "accounts": 3},
        "link_basis": {"web": "consent", "commerce": "none"},
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
        kind=chance.choice(("seen",) * 8 + ("login", "logout", "bind", "unbind", "alias")),
        source=chance.choice(SOURCES),
    )


def random_stated(
    chance: random.Random, log: list[Observation], *, with_stones: bool = True
) -> Stated:
    """Statements, consents and erasures about the identifiers of `log`."""
    known = sorted({identifier for seen in log for identifier in seen.identifiers})
    if not known:
        return Stated()

    def some(most: int) -> tuple[Identifier, ...]:
        return tuple(chance.sample(known, min(chance.randint(1, most), len(known))))

    statements = []
    for number in range(1, chance.randint(1, 5)):
        kind, left, right = chance.choice(("same", "different", "block")), some(3), some(2)
        if kind == "block" and chance.random() < 0.5:
            continue
        right = tuple(set(right) - set(left)) if kind == "different" else ()
        statements.append(Statement(number, kind, left, right))
    accounts = [i for i in known if i[0] in {"member", "union", "openid"}]
    consent = {i: chance.random() < 0.7 for i in accounts if chance.random() < 0.7}
    stones = [
        Stone(i, chance.randrange(9) * DAY // 2, chance.choice(("", *SOURCES)))
        for i in (some(2) if with_stones and chance.random() < 0.5 else ())
    ]
    return Stated(tuple(statements), tuple(consent.items()), tuple(stones))


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
        kind=np.array([KINDS[seen.kind] for seen in batch], dtype=np.int8),
        source=_integers(SOURCES.index(seen.source) for seen in batch),
        sample=_integers(range(len(batch))),
        basis=_integers(RULES.basis_of(seen.source) for seen in batch),
    )
    row = _integers(row for row, seen in enumerate(batch) for _ in seen.sightings)
    strength = _integers(strength for seen in batch for _, strength in seen.sightings)
    return gather(occasions, row, member, strength)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def encode_stated(known: Identifiers, stated: Stated) -> tuple[Claims, Tombstones]:
    """Return what is stated by positions in `known`; who is not in it is left out."""
    place = {name: row for row, name in enumerate(_names(known))}
    same: list[tuple[int, int, int]] = []
    apart: list[tuple[int, int, int]] = []
    is_blocked = np.zeros(len(known), dtype=bool)
    consent = np.zeros(len(known), dtype=np.int8)
    for said in stated.statements:
        left = [place[i] for i in said.left if i in place]
        right = [place[i] for i in said.right if i in place]
        if said.kind == "block":
            is_blocked[left] = True
        elif said.kind == "same":
            same += [(one, other, said.number) for one, other in itertools.combinations(left, 2)]
        else:
            apart += [(said.number, row, -1) for row in left]
            apart += [(said.number, row, 1) for row in right]
    for identifier, is_granted in stated.consent:
        if identifier in place:
            consent[place[identifier]] = 1 if is_granted else -1
    stones = [
        (place[s.identifier], SOURCES.index(s.source) if s.source else -1, s.erased_at)
        for s in stated.stones
        if s.identifier in place
    ]
    claims = Claims(
        same=stated_links(*_columns(same)),
        apart=Apart(*_columns(apart)),
        voids=no_claims(0).voids,
        consent=consent,
        is_blocked=is_blocked,
    )
    return claims, Tombstones(*_columns(stones))


def _columns(rows: list[tuple[int, int, int]]) -> tuple[Integers, Integers, Integers]:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def run_ledger(
    batches: list[list[Observation]], rules: Rules = RULES, stated: list[Stated] | None = None
) -> list[Ledger]:
    """Return the ledger after each batch; batch k arrives on day k under the k-th statements."""
    known, evidence = encode(batches)
    ledgers = [open_ledger(known)]
    for day, batch in enumerate(evidence):
        said = encode_stated(known, stated[day] if stated else Stated())
        ledgers.append(advance(ledgers[-1], Delivery(batch, day, *said), rules))
    return ledgers[1:]


def run(
    batches: list[list[Observation]], rules: Rules = RULES, stated: list[Stated] | None = None
) -> list[State]:
    """Return the state after each batch."""
    return [ledger.state for ledger in run_ledger(batches, rules, stated)]


def resolve_all(
    observations: list[Observation],
    rules: Rules = RULES,
    stated: Stated = NOTHING,
) -> "Outcome":
    return outcome(run([observations], rules, [stated])[-1])


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
    return _names(state.graph.identifiers)


def _names(identifiers: Identifiers) -> list[Identifier]:
    columns = (identifiers.namespace, identifiers.scope, identifiers.value)
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def _groups(
    names: list[Identifier], rows: list[int], label: Integers
) -> dict[Identifier, frozenset[Identifier]]:
    groups: dict[int, set[Identifier]] = {}
    for row in rows:
        groups.setdefault(int(label[row]), set()).add(names[row])
    return {names[row]: frozenset(groups[int(label[row])]) for row in rows}
