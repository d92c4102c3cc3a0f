"""What stewards and customers say: statements, their withdrawal, consent, owners over time."""

from pathlib import Path

import pytest

from identity_store import explain_identifier, run
from identity_store.diff import RuleDiff, diff_rules
from identity_store.rule_file import load_rules
from identity_store.statements import (
    Said,
    list_statements,
    make_statement,
    withdraw_statement,
)
from settings import Settings
from tests.integration.identity.logs import START, load, open_run_of, rows, step
from tests.property.identity.oracle import Identifier, Observation
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal
from warehouse.freshness import shared_identifiers

MEMBER: Identifier = ("member_id", "", "M1")
OTHER: Identifier = ("member_id", "", "M2")
OPENID: Identifier = ("openid", "wx1", "oA")
TABLET: Identifier = ("app_install_id", "", "tablet")
COMMERCE = "commerce"


def _seen(
    at: int, *identifiers: Identifier, kind: str = "seen", source: str = COMMERCE
) -> Observation:
    return Observation(at, tuple((identifier, 2) for identifier in identifiers), kind, source)


def _profile(settings: Settings, identifier: Identifier) -> str:
    query = (
        "select m.profile_id from identity.identifier_profile as m"
        " inner join identity.identifier as i using (identifier_id)"
        " where m.valid_to is null and i.value = '{}'"
    )
    return str(rows(settings, query.format(identifier[2]))[0][0])


def _owner(settings: Settings, thing: Identifier, at: int) -> str | None:
    query = (
        "select identity.owner_at(identifier_id, timestamptz '{}' + interval '{} seconds')"
        " from identity.identifier where value = '{}'"
    )
    owner = rows(settings, query.format(START.isoformat(), at, thing[2]))[0][0]
    return None if owner is None else str(owner)


def test_a_split_is_kept_until_it_is_withdrawn(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER, OPENID))
    joined = _profile(warehouse_settings, OPENID)
    said = Said("different", (MEMBER,), (OPENID,), "steward", "two customers")
    number = make_statement(warehouse_settings, said)
    step(warehouse_settings, 1, _seen(50, MEMBER, OPENID))
    assert _profile(warehouse_settings, MEMBER) == joined != _profile(warehouse_settings, OPENID)
    assert (
        run(warehouse_settings, open_run_of(warehouse_settings, 2), mode="full").rows_written == 0
    )
    withdraw_statement(warehouse_settings, number, "steward", "a mistake")
    step(warehouse_settings, 3)
    assert _profile(warehouse_settings, OPENID) == joined
    assert run(warehouse_settings, open_run_of(warehouse_settings, 4)).rows_written == 0
    with pytest.raises(Fatal, match="no live statement"):
        withdraw_statement(warehouse_settings, number, "steward", "again")


def test_a_statement_that_cannot_be_honoured_says_so(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER), _seen(0, OTHER))
    make_statement(warehouse_settings, Said("same", (MEMBER, OTHER), (), "steward", "moved"))
    step(warehouse_settings, 1)
    assert _profile(warehouse_settings, MEMBER) == _profile(warehouse_settings, OTHER)
    said = Said("different", (MEMBER,), (OTHER,), "steward", "no, they are sisters")
    make_statement(warehouse_settings, said)
    step(warehouse_settings, 2)
    assert _profile(warehouse_settings, MEMBER) != _profile(warehouse_settings, OTHER)
    assert [s.refused_because for s in list_statements(warehouse_settings)] == ["different", None]


def test_a_statement_about_strangers_is_refused(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER))
    with pytest.raises(Fatal, match="never seen"):
        make_statement(warehouse_settings, Said("same", (MEMBER, OTHER), (), "steward", "x"))
    with pytest.raises(Fatal, match="cannot be different from itself"):
        make_statement(warehouse_settings, Said("different", (MEMBER,), (MEMBER,), "s", "x"))


def _decide(settings: Settings, day: int, body: str) -> None:
    load_id = load(settings, [_seen(day * 90, MEMBER)], day)
    with connect(settings, LOGIN) as conn:
        conn.execute(
            "update raw.record set kind = 'consents', event_name = 'joint_profile',"
            " body = %s::jsonb"
            " where _load_id = %s",
            (body, load_id),
        )
    run(settings, open_run_of(settings, day))


def test_accounts_join_while_consent_is_granted(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER, OPENID, source="app"))
    refused = "select distinct refusal_reason from identity.link where decision = 'refused'"
    assert rows(warehouse_settings, refused) == [("no_basis",)]
    _decide(warehouse_settings, 1, '{"granted": true, "withdrawn_at": null}')
    assert _profile(warehouse_settings, MEMBER) == _profile(warehouse_settings, OPENID)
    withdrawn = '{"granted": true, "withdrawn_at": "2026-11-02T00:00:00+08:00"}'
    _decide(warehouse_settings, 2, withdrawn)
    assert _profile(warehouse_settings, MEMBER) != _profile(warehouse_settings, OPENID)
    assert rows(warehouse_settings, refused) == [("no_basis",)]


def test_a_tablet_belongs_to_who_was_logged_in(warehouse_settings: Settings) -> None:
    hour = 3_600
    step(
        warehouse_settings,
        0,
        _seen(0, TABLET),
        _seen(hour, MEMBER, TABLET, kind="login"),
        _seen(3 * hour, OTHER, TABLET, kind="login"),
        _seen(5 * hour, OTHER, TABLET, kind="logout"),
    )
    one, other = _profile(warehouse_settings, MEMBER), _profile(warehouse_settings, OTHER)
    owners = [_owner(warehouse_settings, TABLET, at * hour) for at in (0, 2, 3, 4, 5, 100)]
    assert owners[:4] == [one, one, other, other]
    assert owners[4] == owners[5]
    assert owners[4] not in {None, one, other}
    kind = "select kind, identifier_count from identity.profile where profile_id = '{}'"
    assert rows(warehouse_settings, kind.format(owners[4])) == [("shared_device", 0)]
    # Late evidence of one owner alone moves the windows, and nothing else.
    step(warehouse_settings, 1, _seen(hour // 2, OTHER, TABLET, kind="login"))
    assert _owner(warehouse_settings, TABLET, 0) == other
    assert _owner(warehouse_settings, TABLET, 2 * hour) == one


def test_what_was_believed_stays_readable(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, OPENID))
    before = _profile(warehouse_settings, OPENID)
    step(warehouse_settings, 1, _seen(9, MEMBER, OPENID))
    after = _profile(warehouse_settings, OPENID)
    believed = (
        "select identity.profile_as_of(identifier_id, r.run_at)"
        " from identity.identifier cross join identity.run as r"
        " where value = 'oA' order by r.run_id"
    )
    assert rows(warehouse_settings, believed) == [(before,), (after,)]
    redirect = "select old_profile_id, profile_id, status from identity.redirect"
    assert rows(warehouse_settings, redirect) == [(before, after, "retired")]


def test_new_rules_are_tried_without_writing(warehouse_settings: Settings, tmp_path: Path) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER, OPENID), _seen(9, OTHER, OPENID))
    before = rows(warehouse_settings, "select * from identity.identifier_profile order by 1")
    (tmp_path / "new.yml").write_text(
        "namespaces: {member_id: {class: account, rank: 1, limit: 2},"
        " openid: {class: account, rank: 5}}"
    )
    newest = open_run_of(warehouse_settings, 1)
    found = diff_rules(warehouse_settings, tmp_path / "new.yml", newest)
    assert (found.merged, found.split, found.moved) == (1, 0, 0)
    assert (found.largest_profile_before, found.largest_profile_after) == (2, 3)
    assert found.persons_touched == 1
    same = load_rules()
    (tmp_path / "same.yml").write_text(same.model_dump_json(by_alias=True))
    unchanged = diff_rules(warehouse_settings, tmp_path / "same.yml", newest)
    assert (unchanged.identifiers_moved, unchanged.merged) == (0, 0)
    assert (
        rows(warehouse_settings, "select * from identity.identifier_profile order by 1") == before
    )


def test_a_normaliser_is_tried_without_writing(
    warehouse_settings: Settings, tmp_path: Path
) -> None:
    step(
        warehouse_settings,
        0,
        _seen(0, MEMBER, ("mail", "", "Ann@shop.example")),
        _seen(9, OPENID, ("mail", "", "ann@SHOP.example")),
        _seen(20, OTHER, ("mail", "", "not a mail")),
    )
    newest = open_run_of(warehouse_settings, 1)
    kept = "select * from identity.identifier_profile order by 1, 3"
    before = rows(warehouse_settings, kept)
    unchanged = diff_rules(warehouse_settings, None, newest)
    assert unchanged == RuleDiff(0, 0, 0, 0, 0, 0, 2, 2, 0, 0)
    rules = load_rules()
    tried = {"namespaces": {**rules.namespaces, "mail": rules.of("email")}}
    (tmp_path / "new.yml").write_text(rules.model_copy(update=tried).model_dump_json(by_alias=True))
    found = diff_rules(warehouse_settings, tmp_path / "new.yml", newest)
    assert (found.values_joined, found.values_refused) == (1, 1)
    assert (found.merged, found.split, found.persons_touched) == (1, 1, 2)
    assert (found.identifiers_moved, found.largest_profile_after) == (3, 3)
    assert rows(warehouse_settings, kept) == before


def test_one_identifier_is_explained_by_all_its_links(warehouse_settings: Settings) -> None:
    step(warehouse_settings, 0, _seen(0, MEMBER, OPENID), _seen(9, OTHER, OPENID))
    status, links = explain_identifier(warehouse_settings, OPENID)
    assert status == "active"
    assert [link.decision for link in links] == ["used", "limit"]


def test_what_links_nobody_is_reported_with_its_reason(warehouse_settings: Settings) -> None:
    phone: Identifier = ("phone", "", "+8615400000001")
    visits = [_seen(k, ("member_id", "", f"M{k % 2}"), phone, kind="login") for k in range(6)]
    step(warehouse_settings, 0, *visits, _seen(9, MEMBER, OPENID))
    (report,) = shared_identifiers(warehouse_settings, 10)
    assert report.masked_value == "+86154****0001"
    assert (report.status, report.reason) == ("shared", "owner_changes")
    assert (report.neighbour_count, report.account_count, report.owner_count) == (2, 2, 2)
    with connect(warehouse_settings, "c360_marketer") as conn:
        found = conn.execute("select count(*) from mart.shared_identifier").fetchone()
    assert found == (1,)
