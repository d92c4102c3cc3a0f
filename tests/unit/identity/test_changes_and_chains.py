"""What is told about profiles: events between two maps, chains and refusals."""

import numpy as np
import pytest

from identity_store.explanation import explain, explain_alone
from identity_store.rule_file import load_rules
from identity_store.transitions import NO_PROFILE, EventKind, Profiles, transitions
from tests.property.identity.oracle import Identifier, Observation
from tests.property.identity.worlds import names_of, outcome, run

NONE = NO_PROFILE


def _map(anchors: list[int], known: list[int] | None = None) -> Profiles:
    flags = np.zeros(len(anchors), dtype=bool)
    flags[known or []] = True
    return Profiles(np.array(anchors, dtype=np.int64), flags)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([NONE, NONE], [0, 0], [(EventKind.CREATED, NONE, 0)]),
        ([0, 0], [0, 0], []),
        ([NONE, 1], [0, 0], [(EventKind.IDENTIFIED, 1, 0)]),
        ([0, 1], [0, 0], [(EventKind.MERGED, 1, 0)]),
        ([NONE, 1, 2], [0, 0, 0], [(EventKind.MERGED, 1, 0), (EventKind.MERGED, 2, 0)]),
        ([0, 0, 0], [0, 1, 1], [(EventKind.SPLIT, 0, 1)]),
        ([0, 0, 2], [0, 2, 2], [(EventKind.MOVED, 0, 2)]),
    ],
)
def test_an_event_says_where_a_profile_went(
    before: list[int], after: list[int], expected: list[tuple[EventKind, int, int]]
) -> None:
    found = transitions(_map(before), _map(after))
    assert [(event.kind, event.from_anchor, event.to_anchor) for event in found] == expected


def test_a_profile_that_becomes_known_is_identified() -> None:
    found = list(transitions(_map([0, 0]), _map([0, 0], known=[0, 1])))
    assert [(event.kind, event.from_anchor, event.to_anchor) for event in found] == [
        (EventKind.IDENTIFIED, 0, 0)
    ]


def _seen(at: int, *identifiers: Identifier) -> Observation:
    return Observation(at, tuple((identifier, 2) for identifier in identifiers))


MEMBER: Identifier = ("member_id", "", "M1")
OTHER: Identifier = ("member_id", "", "M2")
OPENID: Identifier = ("openid", "wx", "o")
CUSTOMER: Identifier = ("external_userid", "ww", "c")
PHONE: Identifier = ("phone", "", "+8615400000001")
INSTALL: Identifier = ("app_install_id", "", "i1")


def test_the_chain_is_the_shortest_over_used_links() -> None:
    log = [
        _seen(1, MEMBER, PHONE),
        _seen(2, PHONE, INSTALL),
        _seen(3, INSTALL, OPENID),
        _seen(4, OPENID, PHONE),
    ]
    state = run([log], load_rules())[-1]
    names = names_of(state)
    found = explain(state.graph, state.resolution, names.index(MEMBER), names.index(OPENID))
    assert found.refusals is None
    assert found.chain
    assert [{step.left, step.right} for step in found.chain] == [{MEMBER, PHONE}, {PHONE, OPENID}]
    assert [(step.first_seen, step.observation_count) for step in found.chain] == [(1, 1), (4, 1)]


def test_a_refused_link_within_a_profile_explains_nothing() -> None:
    """Without a basis for it, member and openid are one person by the phone alone."""
    direct = Observation(0, ((MEMBER, 2), (OPENID, 2)), source="web")
    state = run([[direct, _seen(1, MEMBER, PHONE), _seen(2, PHONE, OPENID)]], load_rules())[-1]
    names = names_of(state)
    assert outcome(state).decision[frozenset((MEMBER, OPENID))] == "no_basis"
    found = explain(state.graph, state.resolution, names.index(MEMBER), names.index(OPENID))
    assert [{s.left, s.right} for s in found.chain or ()] == [{MEMBER, PHONE}, {PHONE, OPENID}]


def test_two_profiles_are_explained_by_the_refusals_between_them() -> None:
    log = [_seen(0, MEMBER, PHONE), _seen(9, OTHER, PHONE), _seen(9, OTHER, INSTALL)]
    state = run([log], load_rules())[-1]
    names = names_of(state)
    found = explain(state.graph, state.resolution, names.index(MEMBER), names.index(INSTALL))
    assert found.chain is None
    assert found.refusals
    assert [({s.left, s.right}, s.decision) for s in found.refusals] == [({MEMBER, PHONE}, "limit")]


def test_an_identifier_is_explained_to_itself_by_nothing() -> None:
    state = run([[_seen(0, MEMBER, PHONE)]], load_rules())[-1]
    assert explain(state.graph, state.resolution, 0, 0).chain == ()


def test_one_identifier_is_explained_by_its_own_links_the_newest_first() -> None:
    log = [_seen(0, MEMBER, PHONE), _seen(5, PHONE, INSTALL), _seen(9, MEMBER, OPENID)]
    state = run([log], load_rules())[-1]
    row = names_of(state).index(PHONE)
    links = explain_alone(state.graph, state.resolution, row)
    assert [{step.left, step.right} for step in links] == [{PHONE, INSTALL}, {MEMBER, PHONE}]


@pytest.mark.parametrize("whose", [OPENID, CUSTOMER])
def test_what_determines_a_unionid_needs_no_more_consent(whose: Identifier) -> None:
    """WeChat says whose an openid and a WeCom customer are: it is no link between two accounts."""
    union: Identifier = ("unionid", "op", "u")
    seen = Observation(0, ((whose, 1), (union, 1)), source="web")
    assert outcome(run([[seen]], load_rules())[-1]).decision[frozenset((whose, union))] == "used"
    other = Observation(0, ((whose, 1), (MEMBER, 1)), source="web")
    found = outcome(run([[other]], load_rules())[-1])
    assert found.decision[frozenset((whose, MEMBER))] == "no_basis"
