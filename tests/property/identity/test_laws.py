"""The laws of identity resolution on random evidence, against a slow and obvious oracle."""

import itertools
import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from identity_resolution.graph import NEVER
from identity_resolution.incremental import State
from identity_resolution.ownership import find_windows
from identity_resolution.rules import IdentifierClass, tabulate
from identity_store.explanation import explain
from tests.property.identity.evidence import Identifier, Observation, Stated
from tests.property.identity.oracle import exceeds_a_limit, solve
from tests.property.identity.ownership_oracle import owner_at, turns_of
from tests.property.identity.worlds import (
    DAY,
    RULES,
    logs,
    names_of,
    outcome,
    random_stated,
    resolve_all,
    run,
    run_ledger,
)

batches_of_logs = st.lists(logs(8), min_size=1, max_size=5)


def _joined(batches: list[list[Observation]]) -> list[Observation]:
    return [seen for batch in batches for seen in batch]


@given(logs(), st.integers(0, 2**32))
def test_two_phases_equal_the_greedy_pass_over_everything(
    log: list[Observation], seed: int
) -> None:
    stated = random_stated(random.Random(seed), log)
    answer, result = solve(log, RULES, stated), resolve_all(log, RULES, stated)
    assert result.status == answer.status
    assert result.decision == answer.decision
    assert result.profile == answer.profile
    assert result.component == answer.component


@given(logs())
def test_links_hold_the_evidence_of_all_their_observations(log: list[Observation]) -> None:
    answer, state = solve(log, RULES), run([log])[-1]
    names, links = names_of(state), state.graph.links
    found = {
        frozenset((names[left], names[right])): tuple(evidence)
        for left, right, *evidence in zip(
            links.left.tolist(),
            links.right.tolist(),
            links.first_seen.tolist(),
            links.last_seen.tolist(),
            links.observation_count.tolist(),
            links.strength.tolist(),
            strict=True,
        )
    }
    assert found == {
        pair: (link.first_seen, link.last_seen, link.count, link.strength)
        for pair, link in answer.links.items()
    }


@given(logs(), st.integers(0, 2**32), st.integers(1, 3))
def test_order_batches_and_repeats_do_not_matter(
    log: list[Observation], seed: int, repeats: int
) -> None:
    chance = random.Random(seed)
    shuffled = [seen for seen in log for _ in range(chance.randint(1, repeats))]
    chance.shuffle(shuffled)
    cuts = sorted(chance.randint(0, len(shuffled)) for _ in range(3))
    batches = [shuffled[a:b] for a, b in itertools.pairwise([0, *cuts, len(shuffled)])]
    assert outcome(run(batches)[-1]) == resolve_all(log)


@given(batches_of_logs, st.integers(0, 2**32))
def test_every_incremental_state_equals_a_full_run(
    batches: list[list[Observation]], seed: int
) -> None:
    chance = random.Random(seed)
    logs_so_far = [_joined(batches[: count + 1]) for count in range(len(batches))]
    stated = [random_stated(chance, log, with_stones=False) for log in logs_so_far]
    for state, log, said in zip(run(batches, RULES, stated), logs_so_far, stated, strict=True):
        assert outcome(state) == resolve_all(log, RULES, said)


@given(batches_of_logs, st.integers(0, 2**32))
def test_an_erasure_leaves_what_the_log_without_it_gives(
    batches: list[list[Observation]], seed: int
) -> None:
    chance = random.Random(seed)
    stated, log = [Stated()], batches[0]
    for batch in batches[1:]:
        fresh = random_stated(chance, log)
        # What is erased stays erased: stones only add up. Old batches are delivered again.
        stated.append(replace(fresh, stones=(*stated[-1].stones, *fresh.stones)))
        log = log + batch
    replayed = [batch + _joined(batches[:count]) for count, batch in enumerate(batches)]
    final, said = run(replayed, RULES, stated)[-1], stated[-1]
    assert outcome(final).profile == solve(log, RULES, said).profile


@given(batches_of_logs)
def test_no_profile_ever_exceeds_a_limit(batches: list[list[Observation]]) -> None:
    for count, state in enumerate(run(batches), start=1):
        answer = solve([seen for batch in batches[:count] for seen in batch], RULES)
        for members in set(outcome(state).profile.values()):
            assert not exceeds_a_limit(members, answer)


@given(batches_of_logs)
def test_a_step_without_evidence_changes_nothing(batches: list[list[Observation]]) -> None:
    state, after = run([*batches, []])[-2:]
    for column in ("component", "anchor", "is_known", "decision"):
        np.testing.assert_array_equal(
            getattr(after.resolution, column), getattr(state.resolution, column)
        )
    np.testing.assert_array_equal(
        after.graph.identifiers.arrival_day, state.graph.identifiers.arrival_day
    )


def _anchor_key(state: State, row: int) -> tuple[object, ...]:
    """The order of anchors as it is written down, from scratch."""
    identifiers = state.graph.identifiers
    name: Identifier = names_of(state)[row]
    rules = RULES.of(name[0])
    is_account = rules.identifier_class is IdentifierClass.ACCOUNT
    anchor_class = (0 if rules.rank == 1 else 1) if is_account else 2
    day, born = int(identifiers.arrival_day[row]), int(identifiers.born_at[row])
    return anchor_class, day, born, rules.rank, *(part.encode() for part in name)


def _members(state: State) -> dict[int, set[int]]:
    members: dict[int, set[int]] = {}
    for row, anchor in enumerate(state.resolution.anchor.tolist()):
        members.setdefault(anchor, set()).add(row)
    return members


@given(batches_of_logs)
def test_a_profile_is_named_by_its_smallest_identifier(batches: list[list[Observation]]) -> None:
    for state in run(batches):
        for anchor, members in _members(state).items():
            assert anchor == min(members, key=lambda row: _anchor_key(state, row))


@given(batches_of_logs)
def test_an_id_is_only_given_up_for_a_smaller_anchor(batches: list[list[Observation]]) -> None:
    for before, after in itertools.pairwise(run(batches)):
        seen_before = set(outcome(before).profile)
        names, members = names_of(after), _members(after)
        for anchor, old in _members(before).items():
            heir = int(after.resolution.anchor[anchor])
            if heir == anchor or names[anchor] not in seen_before:
                continue
            assert _anchor_key(after, heir) < _anchor_key(after, anchor)
            joined = {names[row] for row in members[heir] - old}
            if not joined & seen_before:
                # Only newcomers joined: then it is a promotion, of which there are two at most.
                assert _anchor_key(after, heir)[0] < _anchor_key(after, anchor)[0]  # type: ignore[operator]


@given(batches_of_logs)
def test_no_id_ever_serves_two_members(batches: list[list[Observation]]) -> None:
    # An alias may say that two members are one; without any, an id has one member for ever.
    plain = [[replace(o, kind="seen") if o.kind == "alias" else o for o in b] for b in batches]
    member_of: dict[int, Identifier] = {}
    for state in run(plain):
        names = names_of(state)
        for anchor, members in _members(state).items():
            for name in (names[row] for row in members if names[row][0] == "member"):
                assert member_of.setdefault(anchor, name) == name


@given(logs(20), st.integers(0, 2**32))
def test_a_late_account_joins_the_history_of_the_early_one(
    log: list[Observation], seed: int
) -> None:
    openid, unionid = ("openid", "late", "o"), ("union", "", "u")
    early = Observation(0, ((openid, 1), (("cookie", "", "late"), 2)))
    late = Observation(40 * 86_400, ((openid, 1), (unionid, 1)))
    batches = [[early], log, [late]]
    random.Random(seed).shuffle(batches)
    profile = outcome(run(batches)[-1]).profile
    assert profile[openid] == {openid, unionid, ("cookie", "", "late")}


@given(logs())
def test_windows_tell_who_owned_a_thing_at_any_moment(log: list[Observation]) -> None:
    ledger = run_ledger([log])[-1]
    graph, screening = ledger.state.graph, ledger.state.resolution.screening
    names, table = names_of(ledger.state), tabulate(RULES, graph.identifiers.namespaces)
    is_thing = ~table.is_account[graph.identifiers.namespace_code]
    found = list(find_windows(graph.identifiers, screening, ledger.log, is_thing, (table, DAY)))
    status = solve(log, RULES).status
    for row in np.flatnonzero(is_thing).tolist():
        turns = turns_of(names[row], log, status, RULES)
        first_seen = int(graph.identifiers.first_seen[row])
        for at in range(first_seen, 12 * DAY, DAY // 4):
            at_work = [w for w in found if w.identifier == row and w.owned_from <= at < w.owned_to]
            owner = names[at_work[0].account] if at_work else None
            assert len(at_work) <= 1
            assert owner == owner_at(turns, at, DAY)


@given(batches_of_logs)
def test_a_retired_id_leads_to_a_live_one_in_one_step(batches: list[list[Observation]]) -> None:
    ever: set[int] = set()
    for state in run(batches):
        is_seen = state.graph.identifiers.first_seen != NEVER
        live = set(state.resolution.anchor[is_seen].tolist())
        ever |= live
        for old in ever:
            # An id is its anchor's; wherever that identifier is now, a live profile holds it.
            heir = int(state.resolution.anchor[old])
            assert heir in live
            assert int(state.resolution.anchor[heir]) == heir
            assert (heir == old) == (old in live)


@given(logs(20))
def test_a_chain_explains_every_profile(log: list[Observation]) -> None:
    state = run([log])[-1]
    names, answer = names_of(state), solve(log, RULES)
    members = _members(state)
    for anchor, held in members.items():
        other = max(held)
        found = explain(state.graph, state.resolution, anchor, other)
        assert found.chain is not None
        ends = [names[anchor], names[other]] if anchor != other else []
        walked = [end for step in found.chain for end in (step.left, step.right)]
        assert {step.decision for step in found.chain} <= {"used"}
        assert all(walked.count(end) == 1 for end in ends)
        assert all(frozenset((step.left, step.right)) in answer.links for step in found.chain)
