"""Mistakes that other identity stitchers shipped, each shown not to happen here."""

import pytest

from evaluation.ledger import Delivery, advance, open_ledger
from identity_resolution.claims import no_claims
from identity_resolution.rules import parse_rules
from identity_store.rule_file import load_rules
from tests.property.identity.oracle import Identifier, Observation
from tests.property.identity.worlds import Outcome, encode, outcome, resolve_all, run

SHIPPED = load_rules()
FREE = parse_rules({})


def _seen(at: int, *identifiers: Identifier) -> Observation:
    return Observation(at, tuple((identifier, 2) for identifier in identifiers))


def _resolve(*log: Observation) -> Outcome:
    return resolve_all(list(log), SHIPPED)


MEMBER: Identifier = ("member_id", "", "M1")
OTHER: Identifier = ("member_id", "", "M2")
PHONE: Identifier = ("phone", "", "+8615400000001")


@pytest.mark.parametrize("length", [2, 3, 4, 5, 33, 1_000])
def test_chains_of_any_length_join(length: int) -> None:
    nodes: list[Identifier] = [("node", "", str(k)) for k in range(length + 1)]
    log = [_seen(0, nodes[k], nodes[k + 1]) for k in range(length)]
    result = resolve_all(log[::2] + log[1::2], FREE)
    assert set(result.profile.values()) == {frozenset(nodes)}


def test_a_cascade_of_merges_ends_at_one_root() -> None:
    a, b, c, d = (("node", "", name) for name in "abcd")
    batches = [[_seen(0, a, b)], [_seen(1, c, d)], [_seen(2, b, c)]]
    assert outcome(run(batches, FREE)[-1]).profile[d] == {a, b, c, d}


def test_an_identifier_seen_again_stays_one_row() -> None:
    state = run([[_seen(0, MEMBER, PHONE)], [_seen(5, MEMBER, PHONE)]], SHIPPED)[-1]
    assert len(state.graph.identifiers) == 2
    assert state.graph.links.observation_count.tolist() == [2]


def test_identifiers_are_not_cut_to_a_width() -> None:
    long = "x" * 5_000
    one, other = ("node", "", long + "1"), ("node", "", long + "2")
    assert len(set(resolve_all([_seen(0, one), _seen(0, other)], FREE).profile.values())) == 2


def test_openids_keep_their_case() -> None:
    lower, upper = ("openid", "wx", "oab"), ("openid", "wx", "oAB")
    assert len(set(_resolve(_seen(0, lower), _seen(0, upper)).profile.values())) == 2


def test_one_value_under_two_scopes_is_two_identifiers() -> None:
    one, other = ("openid", "wx1", "o"), ("openid", "wx2", "o")
    assert len(set(_resolve(_seen(0, one), _seen(0, other)).profile.values())) == 2


def test_a_demo_device_does_not_merge_a_shop() -> None:
    device: Identifier = ("app_install_id", "", "demo")
    members: list[Identifier] = [("member_id", "", f"M{k}") for k in range(25)]
    result = _resolve(*(_seen(k, member, device) for k, member in enumerate(members)))
    assert result.status[device] == "quarantined"
    assert all(result.profile[i] == {i} for i in [device, *members])


def test_a_hub_of_many_neighbours_merges_nobody() -> None:
    hub: Identifier = ("web_cookie", "", "hub")
    phones: list[Identifier] = [("phone", "", f"+861540000{k:04d}") for k in range(1_001)]
    result = _resolve(*(_seen(0, hub, phone) for phone in phones))
    assert result.status[hub] == "quarantined"
    assert all(result.profile[phone] == {phone} for phone in phones)


def test_a_quarantined_identifier_is_released_when_rules_allow_it() -> None:
    hub: Identifier = ("web_cookie", "", "hub")
    log = [_seen(0, hub, ("x", "", str(k))) for k in range(4)]
    narrow = parse_rules({"namespaces": {"web_cookie": {"max_degree": 3}}})
    assert len(set(resolve_all(log, narrow).profile.values())) == 5
    assert len(set(resolve_all(log, FREE).profile.values())) == 1


def test_a_release_reaches_the_neighbours_of_the_released() -> None:
    hub: Identifier = ("web_cookie", "", "hub")
    log = [_seen(0, hub, ("x", "", str(k))) for k in range(4)]
    narrow = parse_rules({"namespaces": {"web_cookie": {"max_degree": 3}}})
    known, evidence = encode([log, [_seen(1, hub)]])
    said = no_claims(len(known))
    ledger = advance(open_ledger(known), Delivery(evidence[0], 0, said), narrow)
    released = advance(ledger, Delivery(evidence[1], 1, said), FREE)
    assert len(set(outcome(released.state).profile.values())) == 1


def test_two_profiles_bridged_later_merge() -> None:
    cookie: Identifier = ("app_install_id", "", "i1")
    openid: Identifier = ("openid", "wx", "o")
    batches = [[_seen(0, MEMBER, cookie)], [_seen(1, openid, PHONE)], [_seen(2, cookie, PHONE)]]
    assert outcome(run(batches, SHIPPED)[-1]).profile[MEMBER] == {MEMBER, cookie, openid, PHONE}


def test_the_winner_is_the_same_in_every_order() -> None:
    log = [_seen(0, MEMBER, PHONE), _seen(9, OTHER, PHONE)]
    for order in (log, log[::-1]):
        assert _resolve(*order).profile[PHONE] == {OTHER, PHONE}


def test_a_weak_identifier_attaches_but_does_not_bridge() -> None:
    cookie: Identifier = ("web_cookie", "", "c")
    other_phone: Identifier = ("phone", "", "+8615400000002")
    result = _resolve(_seen(0, PHONE, cookie), _seen(9, other_phone, cookie))
    assert result.profile[cookie] == {other_phone, cookie}
    assert result.decision[frozenset((PHONE, cookie))] == "weak_bridge"


def test_a_window_forgives_what_a_lifetime_limit_would_not() -> None:
    day = 86_400
    cookies: list[Identifier] = [("web_cookie", "", str(k)) for k in range(60)]
    weekly = [_seen(7 * day * k, MEMBER, cookie) for k, cookie in enumerate(cookies)]
    hourly = [_seen(3_600 * k, MEMBER, cookie) for k, cookie in enumerate(cookies)]
    assert len(_resolve(*weekly).profile[MEMBER]) == 61
    assert len(_resolve(*hourly).profile[MEMBER]) == 21


def test_a_window_counts_both_of_its_ends() -> None:
    rules = parse_rules({"namespaces": {"c": {"limit": 1, "window": "10s"}}})
    one, other = ("c", "", "1"), ("c", "", "2")
    hub: Identifier = ("hub", "", "")
    for gap, size in ((10, 2), (11, 3)):
        log = [_seen(0, hub, one), _seen(gap, hub, other)]
        assert len(resolve_all(log, rules).profile[hub]) == size
