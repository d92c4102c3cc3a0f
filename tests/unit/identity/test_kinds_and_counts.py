"""Kinds of identifiers that must not be mixed, and counts that lie exactly on a bound."""

import itertools
from dataclasses import fields, replace

import numpy as np
import pytest

from identity_resolution.graph import Links
from identity_resolution.links import combine, link, locate, stated_links
from identity_resolution.rules import Rules
from tests.property.identity.evidence import Identifier, Observation, Stated, Statement
from tests.property.identity.worlds import encode, names_of, outcome, resolve_all, run
from tests.unit.identity.small_world import ACCOUNT, DAY, ONE, OPENID, OTHER, THING, rules, seen

SECOND_THING: Identifier = ("thing", "", "t2")


def _status(log: list[Observation], chosen: Rules | None = None) -> dict[Identifier, str]:
    return resolve_all(log, chosen or rules()).status


KINDS = [("union", ""), ("openid", "wx1"), ("openid", "wx2"), ("member", "")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(KINDS)))), ids=str)
def test_accounts_of_different_kinds_take_no_turns(order: tuple[int, ...]) -> None:
    """Whatever the order in which kinds and scopes became known: no mixture of two is one kind."""
    known = [seen(0, (*KINDS[place], "x")) for place in order]
    for one, other in itertools.permutations(KINDS, 2):
        accounts = [(*one, "a"), (*other, "b")]
        log = [seen(at, accounts[at % 2], THING) for at in range(9)]
        # It did change hands once, so that its turns are counted.
        log.append(seen(9, (*one, "c"), THING))
        assert _status([*known, *log])[THING] == "active"


@pytest.mark.parametrize("kinds", list(itertools.permutations(KINDS, 2)), ids=str)
def test_turns_on_one_thing_are_none_on_another(kinds: list[tuple[str, str]]) -> None:
    log = [
        seen(at, (*kinds[at % 2], f"{at // 2}"), (THING, SECOND_THING)[at % 2]) for at in range(6)
    ]
    status = _status(log)
    assert (status[THING], status[SECOND_THING]) == ("active", "active")


def test_what_is_judged_by_the_data_is_named_by_the_rules() -> None:
    log = [seen(0, who, THING) for who in (ONE, OTHER, ("member", "", "M3"))]
    assert _status(log, rules(junk={"accounts": 2}))[THING] == "active"
    judged = rules(namespaces={"thing": {"junk_from_data": True}}, junk={"accounts": 2})
    assert _status(log, judged)[THING] == "quarantined"


def test_a_pair_is_found_by_both_its_ends() -> None:
    links = stated_links(np.array([1]), np.array([2]), np.array([7]))
    asked = np.array([0, 0]), np.array([1, 5])
    assert locate(*asked, links).tolist() == [-1]
    assert locate(np.array([0, 1]), np.array([5, 2]), links).tolist() == [1]


def test_an_earlier_event_that_comes_late_moves_no_anchor() -> None:
    log = [[seen(10, THING, SECOND_THING), seen(9, THING)], [seen(5, SECOND_THING)]]
    states = run(log, rules())
    names = [[names_of(state)[row] for row in state.resolution.anchor] for state in states]
    assert names == [[THING, THING], [THING, THING]]
    log = [[seen(10, THING, SECOND_THING), seen(9, SECOND_THING)], [seen(5, THING)]]
    states = run(log, rules())
    names = [[names_of(state)[row] for row in state.resolution.anchor] for state in states]
    assert names == [[SECOND_THING] * 2, [SECOND_THING] * 2]


def test_things_that_take_turns_are_no_owners() -> None:
    others = [("other", "", "a"), ("other", "", "b")]
    log = [seen(at, others[at % 2], THING) for at in range(9)]
    assert _status(log)[THING] == "active"
    assert _status([*log, seen(50, ONE, THING), seen(60, OTHER, THING)])[THING] == "active"


def test_an_account_is_bounded_by_persons_only_where_rules_say_so() -> None:
    log = [seen(0, ONE, OPENID), seen(1, OTHER, OPENID)]
    assert _status(log)[OPENID] == "active"
    bounded = rules(namespaces={"openid": {**ACCOUNT, "per_scope": True, "max_persons": 1}})
    assert _status(log, bounded)[OPENID] == "quarantined"


def test_the_first_identifier_of_all_is_bounded_by_accounts_in_any_scope() -> None:
    first, *others = (
        ("openid", scope, name) for scope, name in (("", "a"), ("wx", "x"), ("wx", "y"))
    )
    bounded = rules(namespaces={"openid": {**ACCOUNT, "per_scope": True, "max_persons": 1}})
    status = _status([seen(0, first, other) for other in others], bounded)
    assert status == {first: "quarantined"} | dict.fromkeys(others, "active")


@pytest.mark.parametrize("bound", [{"max_persons": 2}, {"max_degree": 2}])
def test_who_changes_hands_exactly_at_a_bound_is_shared(bound: dict[str, int]) -> None:
    turns = [seen(at, ONE if at % 2 else OTHER, THING) for at in range(4)]
    assert _status(turns, rules(namespaces={"thing": bound}))[THING] == "shared"


def test_what_is_said_to_be_one_counts_as_one() -> None:
    log = [seen(0, ONE, THING), seen(1, OTHER, THING)]
    assert "limit" in resolve_all(log, rules()).decision.values()
    said = Stated((Statement(1, "same", (ONE, OTHER)),))
    joined = resolve_all(log, rules(), said)
    assert joined.profile[ONE] == {ONE, OTHER, THING}
    assert set(joined.decision.values()) == {"used"}


def test_whom_a_statement_joins_is_no_neighbour_that_was_seen() -> None:
    bounded = rules(namespaces={"thing": {"max_degree": 1, "max_persons": 1}})
    said = Stated((Statement(1, "same", (THING, OTHER)),))
    found = resolve_all([seen(0, ONE, THING), seen(0, OTHER)], bounded, said)
    assert found.status[THING] == "active"
    seen_too = [seen(0, ONE, THING), seen(0, OTHER, THING)]
    assert resolve_all(seen_too, bounded, said).status[THING] == "quarantined"


def test_a_statement_about_somebody_never_seen_links_nobody() -> None:
    """The unseen is in the dictionary: it will be seen in the second batch."""
    said = Stated((Statement(1, "same", (ONE, OTHER)),))
    before, after = run([[seen(0, ONE, THING)], [seen(1, OTHER)]], rules(), [said, said])
    assert outcome(before).decision == {frozenset((ONE, THING)): "used"}
    assert outcome(after).profile[ONE] == {ONE, OTHER, THING}


def test_limits_of_a_kind_with_scopes_and_of_one_without_are_counted_apart() -> None:
    chosen = rules(
        namespaces={"a": {"limit": 1}, "b": {"limit": 1, "per_scope": True}, "c": {"limit": 1}}
    )
    one: tuple[Identifier, ...] = (("a", "", "1"), ("b", "", "1"), ("c", "", "1"))
    found = resolve_all([seen(0, *one)], chosen)
    assert found.profile[one[0]] == set(one)
    assert resolve_all([seen(0, *one[::-1])], chosen).profile[one[0]] == set(one)


def test_a_late_event_that_brings_two_under_one_window_parts_them() -> None:
    chosen = rules(namespaces={"thing": {"limit": 1, "window": "1d"}})
    log = [seen(0, ONE, THING), seen(2 * DAY, ONE, SECOND_THING)]
    late = [seen(DAY, ONE, SECOND_THING)]
    before, after = run([log, late], chosen)
    assert outcome(before).profile[ONE] == {ONE, THING, SECOND_THING}
    assert outcome(after) == resolve_all(log + late, chosen)
    assert outcome(after).profile[ONE] != outcome(before).profile[ONE]
    # Also when all of them were seen sooner, and when it is news of one alone.
    sooner = [seen(-DAY, ONE, THING), seen(-DAY, ONE, SECOND_THING)]
    assert outcome(run([log, sooner], chosen)[-1]) == resolve_all(log + sooner, chosen)
    alone = [seen(DAY, SECOND_THING)]
    assert outcome(run([log, alone], chosen)[-1]) == resolve_all(log + alone, chosen)


def test_a_phone_that_is_proven_later_makes_its_holder_known() -> None:
    phone: Identifier = ("phone", "", "+8615400000001")
    states = run([[seen(0, phone)], [seen(5, phone, strength=1)], [seen(9, phone)]], rules())
    assert [state.resolution.is_known.tolist() for state in states] == [[False], [True], [True]]


def test_who_is_refused_is_told_the_right_reason() -> None:
    junk: Identifier = ("thing", "", "junk")
    chosen = rules(namespaces={"thing": {"junk": ["junk"]}})
    turns = [seen(at, ONE if at % 2 else OTHER, THING) for at in range(4)]
    found = resolve_all([*turns, seen(9, ONE, junk)], chosen)
    assert found.decision[frozenset((ONE, junk))] == "junk"
    assert found.decision[frozenset((ONE, THING))] == "shared"


def test_a_statement_adds_nothing_to_the_evidence_of_a_link() -> None:
    _, (evidence,) = encode([[seen(5, ONE, THING, source="commerce")]])
    found = link(evidence)
    said = stated_links(found.left, found.right, np.array([7]))
    both, expected = combine([found, said]), replace(found, statement=said.statement)
    for column in fields(Links):
        name = column.name
        np.testing.assert_array_equal(getattr(both, name), getattr(expected, name), name)


def test_a_link_keeps_its_first_and_its_last_record() -> None:
    log = [seen(at, ONE, THING) for at in (30, 10, 20)]
    known, batches = encode([log[:2], log[2:]])
    found = combine([link(evidence) for evidence in batches])
    assert (len(known), len(found)) == (2, 1)
    # Records are numbered within a batch: 0 and 1, then 0.
    assert (found.first_sample.tolist(), found.last_sample.tolist()) == ([0], [1])
    assert (found.first_seen.tolist(), found.last_seen.tolist()) == ([10], [30])
    assert found.observation_count.tolist() == [3]
    assert set(names_of(run([log], rules())[-1])) == {ONE, THING}
