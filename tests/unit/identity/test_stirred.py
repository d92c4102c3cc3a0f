"""Whose components a batch lets be resolved again: no more and no less than may change."""

from functools import partial

import numpy as np
import pytest

from evaluation.ledger import holding
from identity_resolution.claims import no_claims, with_source_claims
from identity_resolution.incremental import News, absorb
from identity_resolution.links import concatenate
from tests.property.identity.evidence import Identifier, Observation
from tests.property.identity.worlds import encode, names_of, run_ledger
from tests.unit.identity.small_world import DAY, LOOSE, ONE, OPENID, OTHER, THING, rules, seen

PHONE: Identifier = ("phone", "", "+8615400000001")
RULES = rules(
    namespaces={"phone": {"max_persons": 3, "junk_from_data": True}}, junk={"growth_per_day": 3}
)
QUIET = [seen(10, ONE, OPENID, strength=3), seen(10, THING), seen(11, THING, ("other", "", "x"))]


def stirred(before: list[Observation], batch: list[Observation]) -> set[Identifier]:
    """Who is stirred by `batch` after `before`."""
    batches = [before, batch]
    ledger = run_ledger(batches, RULES)[0]
    known, (_, evidence) = encode(batches)
    log, nobody = concatenate(ledger.log, evidence), np.zeros(len(known), dtype=bool)
    claims = with_source_claims(no_claims(len(known)), log)
    news = News(evidence, claims, partial(holding, log), changed=nobody, recounted=nobody)
    change = absorb(ledger.state, news, RULES)
    names = names_of(ledger.state)
    found = {names[row] for row in np.flatnonzero(change.stirred)}
    assert found <= {names[row] for row in np.flatnonzero(change.touched)}
    return found


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        ([], set()),
        ([seen(50, ONE, OPENID, strength=3)], set()),
        ([seen(50, ONE, OPENID, strength=4), seen(50, THING)], set()),
        ([seen(50, ONE, OPENID, strength=3, kind="login")], set()),
        ([seen(50, ONE, OPENID, strength=3, kind="bind")], {ONE, OPENID}),
        ([seen(50, ONE, OPENID, strength=2)], {ONE, OPENID}),
        ([seen(9, ONE)], {ONE}),
        ([seen(50, ONE, strength=1)], {ONE}),
        ([seen(50, ONE, THING)], {ONE, THING}),
        ([seen(50, LOOSE)], {LOOSE}),
    ],
)
def test_only_what_decides_stirs(batch: list[Observation], expected: set[Identifier]) -> None:
    assert stirred(QUIET, batch) == expected


def test_where_a_rule_bites_a_newer_sighting_stirs() -> None:
    claimed = [seen(0, ONE, PHONE), seen(1, OTHER, PHONE)]
    assert stirred(claimed, [seen(9, ONE, PHONE)]) == {ONE, PHONE}
    assert stirred([*claimed, *QUIET], [seen(50, THING)]) == set()


def test_another_status_stirs_the_neighbours_and_another_reason_its_own() -> None:
    members: list[Identifier] = [("member", "", f"M{number}") for number in range(4)]
    alone = [seen(at, member) for at, member in enumerate(members)]
    few = [*alone, *(seen(at, member, PHONE) for at, member in enumerate(members[:3]))]
    fourth = seen(DAY + 9, members[3], PHONE)
    assert stirred(few, [fourth]) == {*members, PHONE}
    assert stirred([*few, fourth], [seen(2 * DAY, members[0], PHONE)]) == set()
    # Of old one sighting more on the first day: quarantined as before, but for its growth.
    assert stirred([*few, fourth], [seen(9, members[3], PHONE)]) == {PHONE}
