"""Limits, junk and owners over time, as other systems' documentation and test suites state them.

Different by choice, and why (see the decision page on ownership): `adobe` moves a device's whole
history to the last login, `snowplow` lets a twice-owned thing's events belong to nobody at all, and
`mparticle` names two strategies; we attribute to the second by windows. Of `posthog`, `rules`,
`sequence` and `race` make the outcome depend on the order of calls, which ours never does.
"""

import csv
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from evaluation.file_resolution import FileRequest, resolve_file
from tests.data.identity.test_cases import _load

_LIMITS = _load("05_limits_priority_junk_guards.json")
_OWNERS = _load("06_anonymous_to_known_time_aware.json")

pytestmark = pytest.mark.skipif(not _LIMITS, reason="the shared identity cases are absent")

Names = Iterable[tuple[str, str]]


class Tried:
    """A file of observations, resolved; names are `namespace:value`.

    Batch by batch, whole, shuffled, and shuffled with some lines twice in other batches: all agree.
    """

    def __init__(self, folder: Path, rules: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        (folder / "rules.yml").write_text(json.dumps(rules), encoding="utf-8")
        again = lines + lines[::3]
        random.Random(1).shuffle(again)
        mixed = [line | {"batch": number % 3} for number, line in enumerate(again)]
        self.profile, self.owner = _resolved(folder, lines, "batch")
        expected = self.clusters(), self._owners(self.profile, self.owner)
        for others, batch_by in ((lines, None), (again, None), (mixed, "batch")):
            profile, owner = _resolved(folder, others, batch_by)
            assert (_clusters(profile), self._owners(profile, owner)) == expected

    def clusters(self) -> set[frozenset[str]]:
        return _clusters(self.profile)

    @staticmethod
    def _owners(profile: dict[str, str], owner: dict[str, str]) -> dict[str, frozenset[str]]:
        """Each event's owner by what it holds; what is left of a shared thing holds nothing."""
        held = {p: frozenset(n for n in profile if profile[n] == p) for p in profile.values()}
        return {event: held.get(p, frozenset()) for event, p in owner.items() if event}


def _clusters(profile: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(n for n in profile if profile[n] == p) for p in profile.values()}


def _resolved(
    folder: Path, lines: list[dict[str, Any]], batch_by: str | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the profile of each name and the owner of each event."""
    seen, found, owners = (folder / name for name in ("seen.jsonl", "map.csv", "owners.csv"))
    seen.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    request = FileRequest(seen, found, folder / "rules.yml", batch_by, owners)
    assert not resolve_file(request).rejects
    profile = {f"{row['namespace']}:{row['value']}": row["profile_id"] for row in _rows(found)}
    return profile, {row["event_id"]: row["profile_id"] for row in _rows(owners)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _line(at: int, names: Names, **fields: object) -> dict[str, Any]:
    identifiers = [
        {"namespace": n.partition("@")[0], "scope": n.partition("@")[2], "value": v}
        for n, v in names
    ]
    clock = f"2026-11-{1 + at // 86_400:02}T{at // 3_600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z"
    return {"observed_at": clock, "identifiers": identifiers, "batch": at, **fields}


def _segment_rules(**own: dict[str, object]) -> dict[str, Any]:
    segment = _LIMITS["segment"]
    namespaces = {
        name: {"rank": rank, "limit": segment["limits"][name]}
        for rank, name in enumerate(segment["priority"], start=1)
    }
    namespaces["user_id"] |= {"class": "account"}
    return {"namespaces": namespaces | own}


def test_an_account_over_its_limit_leaves_the_email_where_it_was(tmp_path: Path) -> None:
    case = _LIMITS["segment"]["limit_example"]
    # The document demotes by arrival; ours by trust, so the standing pair is the verified one.
    lines = [_line(0, case["existing"], strength=1), _line(60, case["event"])]
    tried = Tried(tmp_path, _segment_rules(), lines)
    for one, other in case["apart"]:
        assert tried.profile[":".join(one)] != tried.profile[":".join(other)]
    assert tried.profile["email:jane@example1.com"] == tried.profile["user_id:abc123"]


def test_a_history_of_merges_ends_in_one_profile(tmp_path: Path) -> None:
    events = _LIMITS["segment"]["merge_history"]["events"]
    lines = [_line(60 * place, event["ids"]) for place, event in enumerate(events)]
    assert len(Tried(tmp_path, _segment_rules(), lines).clusters()) == 1


def test_devices_of_one_user_join(tmp_path: Path) -> None:
    case = _LIMITS["segment"]["cross_device"]
    lines = [_line(event["t"], event["ids"]) for event in case["events"]]
    tried = Tried(tmp_path, _segment_rules(), lines)
    assert tried.clusters() == {frozenset(map(":".join, group)) for group in case["clusters"]}


def test_junk_links_nobody(tmp_path: Path) -> None:
    junk = _LIMITS["junk"]
    listed = {"junk": junk["must_never_link"]}
    lines = [_line(event["t"], event["ids"]) for event in junk["case"]["events"]]
    rules = _segment_rules(email=listed | {"rank": 2}, anonymous_id=listed | {"rank": 3})
    tried = Tried(tmp_path, rules, lines)
    for one, other in junk["case"]["apart"]:
        assert tried.profile[":".join(one)] != tried.profile[":".join(other)]


def test_one_value_in_two_namespaces_is_two_identifiers(tmp_path: Path) -> None:
    case = _LIMITS["namespaces"]
    lines = [_line(event["t"], event["ids"]) for event in case["events"]]
    tried = Tried(tmp_path, {}, lines)
    for one, other in case["apart"]:
        assert tried.profile[":".join(one)] != tried.profile[":".join(other)]


OWNER_RULES = {
    "namespaces": {
        "user": {"class": "account", "rank": 1, "limit": 1},
        "device": {"rank": 5, "max_persons": 5},
    }
}


def _used(at: int, event: str, device: str, user: str | None, kind: str = "seen") -> dict[str, Any]:
    names = [("device", device)] + ([("user", user)] if user else [])
    return _line(at, names, event_id=event, kind=kind)


@pytest.mark.parametrize("name", ["signup", "returning", "two_users_reset"])
def test_what_came_before_a_login_belongs_to_who_logged_in(tmp_path: Path, name: str) -> None:
    case = _OWNERS["mixpanel_simplified"][name]
    lines = [
        _used(60 * place, event, device, user, "login" if user else "seen")
        for place, (event, device, user) in enumerate(case["events"])
    ]
    tried = Tried(tmp_path, OWNER_RULES, lines)
    for event, user in case["expected"].items():
        assert tried.owner[event] == tried.profile[f"user:{user}"]


def test_a_device_of_two_accounts_merges_nobody(tmp_path: Path) -> None:
    case = _OWNERS["huawei_session_backfill"]
    lines = [
        _used(60 * n, str(n), device_id, account, event if event.startswith("log") else "seen")
        for n, _, event, device_id, account in case["events"]
    ]
    tried = Tried(tmp_path, OWNER_RULES, lines)
    for event, account in case["must"].items():
        assert tried.owner[event] == tried.profile[f"user:{account}"]
    assert tried.profile["user:B"] != tried.profile["user:C"]
    assert not {tried.owner[event] for event in case["must_not"]} & set(tried.profile.values())


def test_an_anonymous_event_belongs_to_the_last_login(tmp_path: Path) -> None:
    case = _OWNERS["adobe_last_authenticated"]
    lines = [
        _used(600 * n, f"e{n}", device, user, "login" if user else "seen")
        for n, _, user, device in case["events"]
    ]
    expected = case["owner_of_anonymous_after"]
    lines += [_used(600 * int(n) + 300, n, "tablet", None) for n in expected]
    tried = Tried(tmp_path, OWNER_RULES, lines)
    for event, user in expected.items():
        assert tried.owner[event] == tried.profile[f"user:{user}"]


@pytest.mark.parametrize("name", ["switch_new", "switch_known"])
def test_a_session_changes_its_owner_and_merges_nobody(tmp_path: Path, name: str) -> None:
    case = _OWNERS["unomi_user_switch"][name]
    master, other = case["session_owner"], case["login_as"]
    lines = [_used(0, "e0", "elsewhere", other, "login")] if case["known_before"] else []
    lines += [
        _used(60, "e1", "session", master, "login"),
        _used(120, "e2", "session", None),
        _used(180, "e3", "session", other, "login"),
        _used(240, "e4", "session", None),
    ]
    tried = Tried(tmp_path, OWNER_RULES, lines)
    assert tried.owner["e2"] == tried.profile[f"user:{master}"]
    assert tried.owner["e4"] == tried.profile[f"user:{other}"]
    assert tried.profile[f"user:{master}"] != tried.profile[f"user:{other}"]
