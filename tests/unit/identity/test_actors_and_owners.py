"""Who acts in a set, and from when to when a thing is whose."""

import numpy as np

from identity_resolution.actors import NOBODY, choose_actors
from identity_resolution.graph import Screening, Status
from identity_resolution.ownership import LAPSE, LOGOUT, OTHER_LOGIN, find_windows
from identity_resolution.rules import Rules, tabulate
from tests.property.identity.evidence import Identifier, Observation
from tests.property.identity.worlds import encode, names_of, run_ledger
from tests.unit.identity.small_world import ONE, OPENID, OTHER, THING, rules, seen


def acting(statuses: dict[Identifier, Status], chosen: Rules) -> Identifier | None:
    """Who acts in one set of all these."""
    known, (evidence,) = encode([[seen(0, *statuses)]])
    status = np.array([statuses[name] for name in known.names()], dtype=np.int8)
    screening = Screening(status, np.zeros_like(status))
    row = choose_actors(known, evidence, screening, tabulate(chosen, known.namespaces))[0]
    return None if row == NOBODY else known.names()[row]


def test_who_acts_by_turn_status_and_rank() -> None:
    active, shared, quarantined = Status.ACTIVE, Status.SHARED, Status.QUARANTINED
    better: Identifier = ("better", "", "b")
    chosen = rules(namespaces={"better": {"rank": 5}})
    for statuses, actor in (
        ({ONE: active, OPENID: active, better: active}, ONE),
        ({ONE: quarantined, OPENID: active, better: active}, OPENID),
        ({ONE: quarantined, better: active, THING: active}, better),
        ({ONE: shared, better: shared, THING: active}, THING),
        ({better: quarantined, THING: shared}, THING),
        ({better: Status.JUNK, THING: quarantined}, THING),
        ({better: Status.ERASED, THING: Status.JUNK, ONE: quarantined}, None),
        ({("thing", "", "b"): active, ("thing", "", "a"): active}, ("thing", "", "a")),
    ):
        assert acting(statuses, chosen) == actor


def windows(*log: Observation) -> list[tuple[str, int, int, str]]:
    """The windows of the thing when an ownership ends ten seconds after the last login."""
    chosen = rules()
    ledger = run_ledger([list(log)], chosen)[-1]
    graph, names = ledger.state.graph, names_of(ledger.state)
    is_wanted = np.array([name == THING for name in names])
    table = tabulate(chosen, graph.identifiers.namespaces)
    screening = ledger.state.resolution.screening
    found = find_windows(graph.identifiers, screening, ledger.log, is_wanted, (table, 10))
    return [(names[w.account][2], w.owned_from, w.owned_to, w.because) for w in found]


def test_an_ownership_lapses_after_the_last_login_not_at_it() -> None:
    first = seen(0, ONE, THING, kind="login")
    assert windows(first) == [("M1", 0, 10, LAPSE)]
    assert windows(first, seen(10, ONE, THING)) == [("M1", 0, 20, LAPSE)]
    assert windows(first, seen(11, ONE, THING)) == [("M1", 0, 10, LAPSE), ("M1", 10, 21, LAPSE)]


def test_an_ownership_ends_at_a_logout_or_at_another_login() -> None:
    first = seen(0, ONE, THING, kind="login")
    out = seen(4, ONE, THING, kind="logout")
    assert windows(first, out) == [("M1", 0, 4, LOGOUT)]
    assert windows(seen(0, THING), out) == [("M1", 0, 4, LOGOUT)]
    assert windows(first, seen(4, THING, kind="logout")) == [("M1", 0, 4, LOGOUT)]
    after = seen(6, OTHER, THING, kind="login")
    assert windows(first, after) == [("M1", 0, 6, OTHER_LOGIN), ("M2", 6, 16, LAPSE)]
    assert windows(first, out, after) == [("M1", 0, 4, LOGOUT), ("M2", 4, 16, LAPSE)]
    # An unbind ends the ownership of whom it names.
    assert windows(first, seen(4, OTHER, THING, kind="unbind")) == [("M1", 0, 10, LAPSE)]
    assert windows(first, seen(4, ONE, THING, kind="unbind")) == [("M1", 0, 4, LOGOUT)]
    # A spell without length is none.
    assert windows(seen(0, ONE, THING), seen(0, OTHER, THING)) == [("M2", 0, 10, LAPSE)]


def test_a_window_of_nobody_is_not_told() -> None:
    assert windows(seen(0, THING), seen(3, THING, kind="logout")) == []
