import re
from collections import defaultdict
from itertools import pairwise

import pytest

from sample_data.evidence import Identifier, observations
from tests.unit.sample_data.reading import Sample

Seen = dict[Identifier, set[Identifier]]
Owners = dict[Identifier, list[dict[str, str]]]

SCENARIOS = {
    "several_phones", "several_mini_programs", "family_phone", "shop_tablet", "recycled_number",
    "late_unionid", "reinstalled_app", "two_wechat_accounts", "friends_device", "purged_cookies",
}  # fmt: skip
SHAPES = {
    "openid": r"o[A-D][12]_fake-[\w-]{19}",
    "unionid": r"oU_fake-[\w-]{20}",
    "member_id": r"M\d{8}",
    "phone": r"\+861(54|60|61|63|64|68|69|79|94)\d{8}",
    "email": r"buyer\.[0-9a-f]{9}@example\.(com|org)",
    "app_install_id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "idfv": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "android_id": r"[0-9a-f]{16}",
    "advertising_id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "web_cookie": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "external_userid": r"wm_fake-[\w-]{24}",
    "mp_storage_id": r"\d{13}-\d{7}-[0-9a-f]{14}-\d{7}",
}


@pytest.fixture(scope="module")
def seen(sample: Sample):
    groups = [
        group
        for kind, records in sample.records.items()
        for record in records
        for group in observations(kind, record)
        if group
    ]
    together = defaultdict(set)
    for group in groups:
        for identifier in group:
            together[identifier].update(group)
    return together


@pytest.fixture(scope="module")
def owners(sample: Sample):
    found = defaultdict(list)
    for row in sample.truth("identifier"):
        found[row["namespace"], row["scope"], row["value"]].append(row)
    return found


def people_in(sample: Sample, scenario: str):
    return [r["person_id"] for r in sample.truth("person") if r["scenario"] == scenario]


def held_by(owners: Owners, person_id: str, namespace: str):
    return [
        i for i, rows in owners.items() if i[0] == namespace and rows[-1]["person_id"] == person_id
    ]


def test_every_person_is_in_the_truth_and_each_scenario_has_3_percent(sample: Sample):
    people = {row["person_id"] for row in sample.truth("person")}
    assert len(people) == sample.summary.people
    assert set(sample.summary.scenario_counts) == SCENARIOS | {"plain"}
    assert min(sample.summary.scenario_counts.values()) >= 0.03 * len(people)


def test_the_truth_knows_exactly_the_identifiers_of_the_files_that_are_somebodys(
    seen: Seen, owners: Owners
):
    assert set(owners) <= set(seen)
    # A virtual openid of a payment or a till's placeholder is nobody's; there is none of them here.
    assert set(seen) <= set(owners)


def test_identifiers_have_the_shape_of_invented_ones(owners: Owners):
    for namespace, _, value in owners:
        assert re.fullmatch(SHAPES[namespace], value), namespace
    assert {namespace for namespace, _, _ in owners} == set(SHAPES)


def test_only_phones_change_hands_and_never_have_two_owners_at_once(owners: Owners):
    for (namespace, _, _), rows in owners.items():
        assert len(rows) == 1 or namespace == "phone"
        spans = sorted((row["owned_from"], row["owned_to"]) for row in rows)
        for (_, until), (since, _) in pairwise(spans):
            assert until != ""
            assert until <= since


def test_a_shops_tablet_is_nobodys_and_has_seen_more_members_than_any_limit(
    seen: Seen, owners: Owners
):
    nobody = [i for i, rows in owners.items() if rows[0]["person_id"] == ""]
    assert {i[0] for i in nobody} == {"app_install_id", "idfv"}
    for identifier in nobody:
        assert sum(other[0] == "member_id" for other in seen[identifier]) > 20


def test_nothing_but_a_tablet_is_seen_with_more_members_than_the_limits_allow(
    seen: Seen, owners: Owners
):
    for identifier, others in seen.items():
        members = sum(other[0] == "member_id" for other in others)
        if owners[identifier][0]["person_id"]:
            assert members <= 3


def test_a_late_unionid_comes_weeks_after_its_openid(sample: Sample, owners: Owners):
    first = {}
    for record in sample.records["commerce", "members"]:
        if record["openid"]:
            first.setdefault(record["openid"], record["registered_at"])
    logins = sample.records["mini_program", "logins"]
    shown = {
        r["openid"]: min(o["login_at"] for o in logins if o.get("unionid") == r["unionid"])
        for r in logins
        if "unionid" in r
    }
    late = people_in(sample, "late_unionid")
    for person in late:
        (openid,) = (i for i in held_by(owners, person, "openid") if i[1].endswith("a1"))
        early = [r for r in logins if r["openid"] == openid[2] and "unionid" not in r]
        assert early
        assert first[openid[2]] < shown[openid[2]]


@pytest.mark.parametrize(
    ("scenario", "namespace", "count"),
    [
        ("several_phones", "phone", 2),
        ("several_mini_programs", "mp_storage_id", 2),
        ("reinstalled_app", "app_install_id", 2),
        ("purged_cookies", "web_cookie", 2),
    ],
)
def test_a_scenario_of_many_identifiers_has_them(
    sample: Sample, owners: Owners, scenario: str, namespace: str, count: int
):
    for person in people_in(sample, scenario):
        assert len(held_by(owners, person, namespace)) >= count


@pytest.mark.parametrize("scenario", ["family_phone", "recycled_number"])
def test_a_phone_of_two_people_passes_on(sample: Sample, owners: Owners, scenario: str):
    people = set(people_in(sample, scenario))
    shared = [
        rows
        for (namespace, _, _), rows in owners.items()
        if namespace == "phone" and len({row["person_id"] for row in rows}) > 1
    ]
    assert {row["person_id"] for rows in shared for row in rows} >= people


def test_the_giver_of_a_recycled_number_is_silent_once_the_taker_has_it(
    sample: Sample, owners: Owners
):
    people = set(people_in(sample, "recycled_number"))
    for rows in (r for i, r in owners.items() if i[0] == "phone" and r[0]["person_id"] in people):
        giver, taker = sorted(rows, key=lambda row: row["owned_from"])
        members = {i[2] for i in held_by(owners, giver["person_id"], "member_id")}
        for order in sample.records["commerce", "orders"]:
            if order["member_id"] in members:
                assert order["created_at"] < taker["owned_from"]


def test_every_event_of_the_truth_is_in_the_files_once(sample: Sample):
    keys = defaultdict(set)
    for event in sample.records["mini_program", "events"]:
        key = f"{event['_track_id']}|{event['distinct_id']}|{event['time']}|{event['event']}"
        assert key not in keys["mini_program"]
        keys["mini_program"].add(key)
    for source in ("app", "web"):
        keys[source] = {event["messageId"] for event in sample.records[source, "events"]}
    truth = defaultdict(set)
    for row in sample.truth("event"):
        truth[row["source"]].add(row["source_key"])
    for source in ("mini_program", "app", "web"):
        assert truth[source] == keys[source]


def test_junk_is_in_the_files_and_not_in_the_truth(sample: Sample, owners: Owners):
    values = {value for _, _, value in owners}
    assert not values & {"", "undefined", "null", "+8613800138000"}
    assert not any(value.startswith("00000000-0000") for value in values)
    phones = {order["phone"] for order in sample.records["commerce", "orders"]}
    assert "13800138000" in phones
    app = sample.records["app", "events"]
    ids = {event["context"]["device"]["advertisingId"] for event in app}
    assert "00000000-0000-0000-0000-000000000000" in ids
