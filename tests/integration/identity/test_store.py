"""Identity in the warehouse: increments, rebuilds, history, redirects."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation import evaluate_warehouse
from identity_store import (
    explain_identifiers,
    run,
)
from identity_store.extent import prepare, widen_to_all
from identity_store.health import measure
from identity_store.rule_file import load_rules
from settings import Settings
from tests.integration.identity.logs import (
    MEMBER,
    OPENID,
    OTHER_MEMBER,
    PHONE,
    UNIONID,
    load,
    open_run_of,
    profiles_of,
    rows,
    seen,
    state,
    step,
    stored_state,
)
from tests.property.identity.evidence import Identifier, Observation, Stated
from tests.property.identity.oracle import solve
from tests.property.identity.worlds import RULES, random_log, random_stated
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal

FORGET = """
truncate identity.link, identity.identifier_profile, identity.profile, identity.profile_event,
    identity.ownership_window, identity.residual;
update identity.identifier set component_id = null, status = 'active', reason = null,
    first_seen_at = null, last_seen_at = null, best_strength = null, is_contested = false;
update identity.identifier_set set actor_id = null;
"""


def _seen_again(chance: random.Random, log: list[Observation]) -> list[Observation]:
    """Return some of `log` as if it had happened again, sooner or later."""
    again = chance.sample(log, chance.randint(0, len(log) // 3))
    return [replace(seen, at=max(seen.at + chance.randint(-9, 99), 0)) for seen in again]


def _events(settings: Settings) -> list[tuple[Any, ...]]:
    query = "select kind, from_profile_id, to_profile_id from identity.profile_event"
    return sorted(rows(settings, query), key=str)


@pytest.fixture
def bending_settings(warehouse_settings: Settings, tmp_path: Path) -> Settings:
    """A warehouse under rules that are so narrow that random logs break all of them."""
    (tmp_path / "identity_rules.yml").write_text(RULES.model_dump_json(by_alias=True))
    return replace(warehouse_settings, config_dir=tmp_path)


SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 40))]


@pytest.mark.parametrize("seed", SEEDS)
def test_increments_equal_a_rebuild_and_the_oracle(bending_settings: Settings, seed: int) -> None:
    chance = random.Random(seed)
    log: list[Observation] = []
    for day in range(5):
        batch = random_log(chance, size=chance.randint(0, 25), values=chance.randint(3, 8))
        batch += _seen_again(chance, log)
        log += batch
        load(bending_settings, batch, day)
        said = random_stated(chance, log, with_stones=False)
        state(bending_settings, said.statements)
        run(bending_settings, open_run_of(bending_settings, day))
        answer = solve(log, RULES, Stated(said.statements))
        profiles = profiles_of(bending_settings)
        assert set(profiles) == set(answer.profile)
        for identifier, members in answer.profile.items():
            assert {i for i, p in profiles.items() if p == profiles[identifier]} == members
    reached = stored_state(bending_settings)
    again = run(bending_settings, open_run_of(bending_settings, 6), mode="full")
    assert (again.rows_written, stored_state(bending_settings)) == (0, reached)
    with connect(bending_settings, LOGIN) as conn:
        conn.execute(FORGET)
    run(bending_settings, open_run_of(bending_settings, 7), mode="full")
    assert stored_state(bending_settings) == reached


def test_a_first_load_becomes_profiles(warehouse_settings: Settings) -> None:
    counts = step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(9, PHONE, OPENID))
    assert (counts.observations, counts.largest_profile) == (2, 3)
    profiles = rows(warehouse_settings, "select kind, identifier_count from identity.profile")
    assert profiles == [("known", 3)]


def test_a_run_without_new_evidence_writes_nothing(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(9, PHONE, OPENID))
    before = rows(warehouse_settings, "select xmin::text, ctid::text from identity.identifier")
    state = stored_state(warehouse_settings)
    again = run(warehouse_settings, open_run_of(warehouse_settings, 1))
    assert (again.observations, again.rows_written) == (0, 0)
    assert stored_state(warehouse_settings) == state
    after = rows(warehouse_settings, "select xmin::text, ctid::text from identity.identifier")
    assert after == before


def test_a_merge_keeps_the_smaller_anchor_and_redirects_the_other(
    warehouse_settings: Settings,
) -> None:
    step(warehouse_settings, 0, seen(0, OPENID))
    step(warehouse_settings, 1, seen(9, UNIONID))
    before = profiles_of(warehouse_settings)
    step(warehouse_settings, 2, seen(20, OPENID, UNIONID))
    after = profiles_of(warehouse_settings)
    assert set(after.values()) == {before[OPENID]}
    assert ("merged", before[UNIONID], before[OPENID]) in _events(warehouse_settings)
    redirect = """
        select p.profile_id, m.profile_id
        from identity.profile as p
        inner join identity.identifier_profile as m
            on p.anchor_identifier_id = m.identifier_id and m.valid_to is null
        where p.status = 'retired'
    """
    assert rows(warehouse_settings, redirect) == [(before[UNIONID], before[OPENID])]


def test_history_closes_when_the_merge_comes_later(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, OPENID))
    step(warehouse_settings, 1, seen(9, MEMBER, OPENID))
    history = """
        select i.value, m.valid_from, m.valid_to
        from identity.identifier_profile as m
        inner join identity.identifier as i using (identifier_id)
        order by i.value, m.valid_from
    """
    spans = rows(warehouse_settings, history)
    assert [value for value, _, _ in spans] == ["M1", "oA", "oA"]
    (_, _, closed), (_, opened, still_open) = spans[1:]
    assert (closed, still_open) == (opened, None)
    kinds = [kind for kind, _, _ in _events(warehouse_settings)]
    assert kinds == ["created", "identified"]


def test_a_newer_login_moves_the_phone_and_the_old_owner_keeps_the_id(
    warehouse_settings: Settings,
) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(0, MEMBER, OPENID))
    before = profiles_of(warehouse_settings)
    step(warehouse_settings, 1, seen(99, OTHER_MEMBER, PHONE))
    after = profiles_of(warehouse_settings)
    assert after[MEMBER] == after[OPENID] == before[MEMBER]
    assert after[PHONE] == after[OTHER_MEMBER] != before[PHONE]


def test_losing_the_key_changes_no_id(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, OPENID))
    before = profiles_of(warehouse_settings)
    other = replace(warehouse_settings, identity_key=b"another key of the same length..")
    load(other, [seen(9, OPENID, PHONE)], 1)
    run(other, open_run_of(other, 1), mode="full")
    assert profiles_of(other)[OPENID] == before[OPENID]


def test_a_changed_rule_resolves_everything_again(
    warehouse_settings: Settings, tmp_path: Path
) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(9, OTHER_MEMBER, PHONE))
    (tmp_path / "identity_rules.yml").write_text(
        "namespaces: {member_id: {class: account, limit: 2}}"
    )
    other = replace(warehouse_settings, config_dir=tmp_path)
    counts = run(other, open_run_of(other, 1))
    assert counts.mode == "full"
    assert len(set(profiles_of(other).values())) == 1


def test_a_hub_is_quarantined_and_what_it_joined_falls_apart(warehouse_settings: Settings) -> None:
    device: Identifier = ("app_install_id", "", "tablet")
    phones: list[Identifier] = [("phone", "", f"+86154000000{k:02d}") for k in range(2)]
    step(warehouse_settings, 0, seen(0, phones[0], device), seen(0, phones[1], device))
    assert len(set(profiles_of(warehouse_settings).values())) == 1
    members: list[Identifier] = [("member_id", "", f"M{k}") for k in range(21)]
    step(warehouse_settings, 1, *(seen(9, member, device) for member in members))
    profiles = profiles_of(warehouse_settings)
    assert len(set(profiles.values())) == len(profiles) == 24
    kind = "select kind from identity.profile where identifier_count > 0 and kind = 'shared_device'"
    assert rows(warehouse_settings, kind) == [("shared_device",)]
    refused = "select distinct refusal_reason from identity.link"
    assert rows(warehouse_settings, refused) == [("quarantined",)]


def test_identifiers_are_explained_from_the_warehouse(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(9, OTHER_MEMBER, PHONE))
    step(warehouse_settings, 1, seen(20, OTHER_MEMBER, OPENID))
    joined = explain_identifiers(warehouse_settings, PHONE, OPENID)
    assert joined.chain
    assert [step.observation_count for step in joined.chain] == [1, 1]
    apart = explain_identifiers(warehouse_settings, MEMBER, OPENID)
    assert apart.refusals
    assert [step.decision for step in apart.refusals] == ["limit"]
    with pytest.raises(Fatal, match="second identifier was never observed"):
        explain_identifiers(warehouse_settings, PHONE, ("phone", "", "+8615400000099"))


def test_the_warehouse_is_scored_against_the_truth(
    warehouse_settings: Settings, tmp_path: Path
) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(0, OPENID))
    header = "namespace,scope,value,person_id,owned_from,owned_to"
    truth = [f"{','.join(name)},A,," for name in (MEMBER, PHONE, OPENID)]
    (tmp_path / "identifier.csv").write_text("\n".join([header, *truth]))
    (tmp_path / "person.csv").write_text("person_id,scenario\nA,plain\n")
    found = evaluate_warehouse(warehouse_settings, tmp_path)
    assert found.overall.pairwise_precision == 1
    assert found.by_scenario["plain"].pairwise_recall == pytest.approx(1 / 3)


def _health(settings: Settings) -> dict[str, float]:
    return rows(settings, "select health from identity.run order by run_id desc limit 1")[0][0]


def test_health_figures_follow_what_happened(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(0, OTHER_MEMBER, OPENID))
    first = _health(warehouse_settings)
    assert (first["profiles"], first["known_profiles"], first["singletons"]) == (2, 2, 0)
    assert (first["largest_profile"], first["p99_profile_size"], first["churn_rate"]) == (2, 2, 0)
    for day in range(1, 4):
        owner = OTHER_MEMBER if day % 2 else MEMBER
        step(warehouse_settings, day, seen(day * 100, owner, PHONE))
    last = _health(warehouse_settings)
    assert (last["moved_often"], last["churn_rate"], last["singletons"]) == (1, 0.25, 2)
    assert last["rule_violations"] == last["merge_rate"] == last["quarantined_share"] == 0
    step(warehouse_settings, 4, seen(500, ("phone", "", "+8613800138000"), OPENID))
    assert _health(warehouse_settings)["quarantined_share"] == 0.2


def test_a_merge_shows_in_the_merge_rate(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, OPENID), seen(0, UNIONID))
    step(warehouse_settings, 1, seen(9, OPENID, UNIONID))
    assert _health(warehouse_settings)["merge_rate"] == 1


def test_a_profile_with_two_members_is_a_violation(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, seen(0, MEMBER, PHONE), seen(0, OTHER_MEMBER, OPENID))
    with connect(warehouse_settings, LOGIN) as conn:
        conn.execute("update identity.identifier_profile set profile_id = 'p_forged'")
        prepare(conn)
        widen_to_all(conn)
        assert measure(conn, load_rules(), 0)["rule_violations"] == 1
