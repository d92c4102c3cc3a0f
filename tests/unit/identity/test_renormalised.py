"""Values written anew: who becomes one, and what sets of them look like."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from evaluation.observations import Occasions, dictionary, gather
from identity_resolution.incremental import begin
from identity_resolution.rules import parse_rules
from identity_store.renormalised import renormalised
from identity_store.stored_part import StoredPart

RULES = parse_rules({"namespaces": {"mail": {"normalise": "email"}}})
MAIL, SPELT_ANEW, ELSEWHERE, NO_MAIL = (
    ("mail", "", "Ann@shop.example"),
    ("mail", "", "ann@SHOP.example"),
    ("other", "", "ann@SHOP.example"),
    ("mail", "", "not a mail"),
)
ARRIVAL_DAYS = {MAIL: 7, SPELT_ANEW: 3, ELSEWHERE: 1, NO_MAIL: 1}


def part() -> StoredPart:
    known, _ = dictionary(*map(pa.array, zip(*ARRIVAL_DAYS, strict=True)))
    state = begin(known)
    days = np.array([ARRIVAL_DAYS[name] for name in known.names()])
    born = replace(state.graph.identifiers, arrival_day=days)
    position = np.arange(4)
    return StoredPart(
        identifier_id=position + 11,
        state=replace(state, graph=replace(state.graph, identifiers=born)),
        last_seen=position,
        is_covered=np.ones(4, dtype=bool),
        is_affected=np.ones(4, dtype=bool),
        decision=np.empty(0, dtype=np.int8),
        epoch=np.zeros(4, dtype=np.int64),
        counts_as=position,
    )


def test_equal_values_of_one_namespace_count_as_one_and_refused_ones_as_nobody() -> None:
    before, found = part(), renormalised(part(), RULES)
    place = {name: row for row, name in enumerate(before.state.graph.identifiers.names())}
    one = place[MAIL]
    expected = {MAIL: one, SPELT_ANEW: one, ELSEWHERE: place[ELSEWHERE], NO_MAIL: -1}
    assert {name: found.counts_as[row] for name, row in place.items()} == expected
    identifiers = found.state.graph.identifiers
    assert identifiers.names()[one] == ("mail", "", "ann@shop.example")
    assert identifiers.names()[place[ELSEWHERE]] == ELSEWHERE
    assert identifiers.arrival_day[[one, place[ELSEWHERE]]].tolist() == [3, 1]
    ids = np.append(before.identifier_id, 99)
    assert found.positions(ids).tolist() == [*found.counts_as.tolist(), -1]
    is_one = np.arange(len(place)) == one
    both = sorted(before.identifier_id[[one, place[SPELT_ANEW]]].tolist())
    assert found.ids_of(is_one).tolist() == both


def test_a_set_names_who_became_one_once_with_the_better_strength() -> None:
    one, names = np.zeros(1, dtype=np.int64), part().state.graph.identifiers.names()
    strengths = {MAIL: 3, SPELT_ANEW: 2, ELSEWHERE: 4, NO_MAIL: 1}
    strength = np.array([strengths[name] for name in names])
    occasions, same_set = Occasions(one, one, one, one, one), np.zeros(4, np.int64)
    evidence = gather(occasions, same_set, part().identifier_id, strength)
    located = renormalised(part(), RULES).locate(evidence)
    told = zip(located.member.tolist(), located.member_strength.tolist(), strict=True)
    assert sorted((names[row], s) for row, s in told) == [(MAIL, 2), (ELSEWHERE, 4)]
    assert located.offset.tolist() == [0, 2]
