"""What lies exactly on a bound of the rules, and one step beyond it."""

from collections.abc import Iterable

import pytest

from identity_resolution.rules import Rules, RulesError, parse_rules
from tests.property.identity.evidence import Identifier, Observation, Stated, Statement
from tests.property.identity.worlds import names_of, resolve_all, run
from tests.unit.identity.small_world import (
    ACCOUNT,
    DAY,
    LOOSE,
    ONE,
    OPENID,
    OTHER,
    THING,
    rules,
    seen,
)


def members(count: int) -> list[Identifier]:
    return [("member", "", f"M{number}") for number in range(count)]


def status_of_thing(log: Iterable[Observation], chosen: Rules, thing: Identifier = THING) -> str:
    return resolve_all(list(log), chosen).status[thing]


def test_the_third_change_of_owner_makes_a_thing_shared() -> None:
    turns = [seen(at, ONE if at % 2 else OTHER, THING) for at in range(4)]
    assert status_of_thing(turns[:3], rules()) == "active"
    assert status_of_thing(turns, rules()) == "shared"
    # Of one second they take turns by their bytes, so each changes hands once.
    same_second = [seen(0, who, THING) for who in (ONE, OTHER, ONE, OTHER)]
    assert status_of_thing(same_second, rules()) == "active"


def test_what_was_unbound_is_no_change_of_owner_and_all_else_is() -> None:
    turns = [seen(10 * at, ONE if at % 2 else OTHER, THING) for at in range(4)]
    (third,) = members(1)
    stray = [seen(5, third, THING), seen(35, third, THING, kind="unbind")]
    assert status_of_thing([*turns, *stray], rules()) == "shared"
    assert status_of_thing([*turns[:3], *stray[:1]], rules()) == "shared"
    assert status_of_thing([*turns[:3], *stray], rules()) == "active"
    same_second = [seen(35, third, THING), stray[1]]
    assert status_of_thing([*turns[:3], *same_second], rules()) == "active"


def test_changes_of_owner_are_counted_within_one_kind_of_account() -> None:
    turns = [seen(at, ONE if at % 2 else OPENID, THING) for at in range(9)]
    assert status_of_thing(turns, rules()) == "active"
    scopes = [seen(at, ("openid", f"wx{at % 2}", "o"), THING) for at in range(9)]
    assert status_of_thing(scopes, rules()) == "active"


@pytest.mark.parametrize(
    ("bound", "log"),
    [
        ({"max_persons": 2}, [seen(0, who, THING) for who in members(3)]),
        ({"max_degree": 2}, [seen(0, ("x", "", str(k)), THING) for k in range(3)]),
    ],
)
def test_one_neighbour_too_many_is_quarantined(
    bound: dict[str, int], log: list[Observation]
) -> None:
    chosen = rules(namespaces={"thing": bound})
    assert status_of_thing(log[:2], chosen) == "active"
    assert status_of_thing(log, chosen) == "quarantined"
    assert status_of_thing([*log[:2], log[0]], chosen) == "active"


def test_persons_are_counted_by_the_largest_kind_not_by_the_sum() -> None:
    chosen = rules(namespaces={"thing": {"max_persons": 1}})
    log = [seen(0, ONE, THING), seen(0, OPENID, THING), seen(0, ("union", "", "u"), THING)]
    assert status_of_thing(log, chosen) == "active"
    scoped = [seen(0, ("openid", scope, "o"), THING) for scope in "ab"]
    assert status_of_thing(scoped, chosen) == "active"


def test_growth_is_counted_by_day() -> None:
    chosen = rules(junk={"growth_per_day": 2}, namespaces={"thing": {"junk_from_data": True}})
    neighbours = [("x", "", str(k)) for k in range(3)]
    one_day = [seen(DAY - 1, who, THING) for who in neighbours]
    assert status_of_thing(one_day[:2], chosen) == "active"
    assert status_of_thing(one_day, chosen) == "quarantined"
    two_days = [*one_day[:2], seen(DAY, neighbours[2], THING)]
    assert status_of_thing(two_days, chosen) == "active"
    # Who was first seen yesterday does not grow it today.
    again = [*two_days, *(seen(DAY, who, THING) for who in neighbours)]
    assert status_of_thing(again, chosen) == "active"
    assert status_of_thing(one_day, rules(junk={"growth_per_day": 2})) == "active"


def test_accounts_are_counted_where_junk_is_found_from_the_data() -> None:
    chosen = rules(junk={"accounts": 2}, namespaces={"thing": {"junk_from_data": True}})
    log = [seen(0, who, THING) for who in members(3)]
    assert status_of_thing(log[:2], chosen) == "active"
    assert status_of_thing(log, chosen) == "quarantined"


@pytest.mark.parametrize(
    ("value", "is_junk"),
    [
        ("ababab", True),
        ("ababa", False),  # too short to be judged
        ("ababac", False),
        ("ccccccabab", False),
        ("+8615151515", True),
        ("+8615151516", False),
        ("aabbab@shop.example", True),
        ("aabbac@shop.example", False),
    ],
)
def test_a_value_of_few_characters_is_junk(value: str, is_junk: bool) -> None:  # noqa: FBT001
    chosen = rules(junk={"characters": 3}, namespaces={"thing": {"junk_from_data": True}})
    thing: Identifier = ("thing", "", value)
    found = status_of_thing([seen(0, ONE, thing)], chosen, thing)
    assert found == ("quarantined" if is_junk else "active")


def test_listed_junk_is_of_its_namespace_only() -> None:
    chosen = rules(namespaces={"thing": {"junk": ["t"]}})
    elsewhere: Identifier = ("other", "", "t")
    result = resolve_all([seen(0, ONE, THING), seen(0, OTHER, elsewhere)], chosen)
    assert (result.status[THING], result.status[elsewhere]) == ("junk", "active")
    assert result.decision[frozenset((ONE, THING))] == "junk"


@pytest.mark.parametrize(("gap", "size"), [(10, 2), (11, 3)])
def test_a_window_is_a_span_not_a_moment(gap: int, size: int) -> None:
    chosen = rules(namespaces={"c": {"limit": 1, "window": "10s"}})
    log = [seen(DAY + at, THING, ("c", "", str(at))) for at in (0, gap)]
    assert len(resolve_all(log, chosen).profile[THING]) == size


def test_an_unbind_voids_up_to_its_second_and_a_later_bind_joins_again() -> None:
    unbind = seen(5, ONE, THING, kind="unbind")
    for log, size in (
        ([seen(5, ONE, THING), unbind], 1),
        ([seen(6, ONE, THING), unbind], 1),
        ([unbind, seen(5, ONE, THING, kind="bind")], 1),
        ([unbind, seen(6, ONE, THING, kind="bind")], 2),
    ):
        assert len(resolve_all(log, rules()).profile[ONE]) == size
    result = resolve_all([seen(5, ONE, THING), seen(6, ONE, THING), unbind], rules())
    assert result.decision == {frozenset((ONE, THING)): "different"}
    around = [seen(6, ONE, OPENID), seen(7, THING, OPENID), unbind]
    for at, is_apart in ((4, True), (5, True), (6, False)):
        found = resolve_all([*around, seen(at, ONE, THING, kind="bind")], rules())
        assert (THING not in found.profile[ONE]) == is_apart
    only_void = resolve_all([seen(5, ONE, THING), unbind], rules())
    assert only_void.decision == {}


def test_what_was_only_stated_does_not_tear_an_openid() -> None:
    one, other = ("union", "", "u1"), ("union", "", "u2")
    log = [seen(0, OPENID, one), seen(0, other)]
    said = Stated((Statement(1, "same", (OPENID, other)),))
    result = resolve_all(log, rules(), said)
    assert result.decision[frozenset((OPENID, one))] == "limit"
    torn = resolve_all([*log, seen(0, OPENID, other)], rules())
    assert set(torn.decision.values()) == {"functional_conflict"}
    quarantined = rules(namespaces={"union": {**ACCOUNT, "rank": 2, "junk": ["u2"]}})
    spared = resolve_all([*log, seen(0, OPENID, other)], quarantined)
    assert spared.decision[frozenset((OPENID, one))] == "used"


@pytest.mark.parametrize(
    ("said", "mode", "is_used"),
    [
        ({}, "when_granted", False),
        ({ONE: True}, "when_granted", True),
        ({OPENID: True}, "when_granted", True),
        ({ONE: True, OPENID: False}, "when_granted", False),
        ({}, "unless_refused", True),
        ({ONE: False}, "unless_refused", False),
    ],
)
def test_consent_joins_two_accounts(
    said: dict[Identifier, bool],
    mode: str,
    is_used: bool,  # noqa: FBT001
) -> None:
    chosen = rules(joint_profile=mode)
    # Evidence comes with the bases of the worlds' rules: of web consent, of commerce none.
    stated = Stated(consent=tuple(said.items()))
    result = resolve_all([seen(0, ONE, OPENID, source="web")], chosen, stated)
    assert result.decision[frozenset((ONE, OPENID))] == ("used" if is_used else "no_basis")
    things = resolve_all([seen(0, ONE, THING, source="web")], chosen, stated)
    assert things.decision[frozenset((ONE, THING))] == "used"
    union: Identifier = ("union", "", "u")
    one_account = resolve_all([seen(0, OPENID, union, source="web")], chosen, stated)
    assert one_account.decision[frozenset((OPENID, union))] == "used"


def test_without_a_basis_consent_does_not_help() -> None:
    stated = Stated(consent=((ONE, True),))
    result = resolve_all([seen(0, ONE, OPENID, source="commerce")], rules(), stated)
    assert result.decision[frozenset((ONE, OPENID))] == "no_basis"
    log = [seen(0, ONE, OPENID, source="commerce"), seen(0, ONE, OPENID)]
    assert resolve_all(log, rules()).decision[frozenset((ONE, OPENID))] == "used"


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (seen(0, OTHER, THING, strength=1), seen(9, ONE, THING, strength=2)),
        (seen(9, OTHER, THING), seen(0, ONE, THING)),
        (seen(0, ONE, THING), seen(0, OTHER, THING)),
    ],
)
def test_the_more_trusted_link_comes_first(winner: Observation, loser: Observation) -> None:
    result = resolve_all([loser, winner], rules())
    assert set(winner.identifiers) <= result.profile[winner.identifiers[0]]
    assert result.profile[loser.identifiers[0]] == {loser.identifiers[0]}


def test_a_weak_link_is_walked_last_whatever_its_strength() -> None:
    free: Identifier = ("x", "", "1")
    log = [
        seen(0, LOOSE, free, strength=1),
        seen(0, free, THING, strength=4),
        seen(0, THING, ONE, strength=4),
        seen(9, LOOSE, OTHER, strength=1),
    ]
    result = resolve_all(log, rules())
    assert result.profile[ONE] == {ONE, THING, free}
    assert result.profile[OTHER] == {OTHER, LOOSE}


def test_a_member_names_a_profile_before_older_accounts_and_things() -> None:
    batches = [[seen(0, THING)], [seen(1, OPENID, THING)], [seen(2, ONE, THING)]]
    for state, name in zip(run(batches, rules()), (THING, OPENID, ONE), strict=True):
        row = names_of(state).index(THING)
        assert names_of(state)[state.resolution.anchor[row]] == name


@pytest.mark.parametrize(("strength", "is_known"), [(1, True), (2, False)])
def test_only_a_proven_phone_makes_a_person_known(strength: int, is_known: bool) -> None:  # noqa: FBT001
    phone: Identifier = ("phone", "", "+8615400000001")
    state = run([[seen(0, phone, THING, strength=strength)]], rules())[-1]
    assert state.resolution.is_known.tolist() == [is_known] * 2
    of_thing = run([[seen(0, THING, strength=1)]], rules())[-1]
    assert not of_thing.resolution.is_known.any()


def test_sets_of_one_and_of_none_link_nothing() -> None:
    state = run([[seen(0, THING), seen(0)]], rules())[-1]
    assert len(state.graph.links) == 0


@pytest.mark.parametrize(
    ("key", "value"), [("limit", 0), ("rank", 0), ("max_persons", 0), ("max_degree", 0)]
)
def test_a_bound_is_at_least_one(key: str, value: int) -> None:
    with pytest.raises(RulesError, match=key):
        parse_rules({"namespaces": {"thing": {key: value}}})
    assert parse_rules({"namespaces": {"thing": {key: 1}}})


def test_durations_are_read_in_all_units() -> None:
    for text, seconds in (("90s", 90), ("5m", 300), ("12h", 43_200), ("30d", 2_592_000)):
        found = parse_rules({"namespaces": {"thing": {"window": text}}})
        assert found.of("thing").window == seconds
    with pytest.raises(RulesError):
        parse_rules({"namespaces": {"thing": {"window": 0}}})
