from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise

import numpy as np

from tests.data.sample.conftest import Written


def test_joining_everything_seen_together_is_not_precise(default: Written):
    assert default.sample.summary.plain.precision < 0.95


def test_joining_accounts_only_misses_much(default: Written):
    assert default.sample.summary.accounts_only.recall < 0.85


def test_five_thousand_people_take_less_than_thirty_seconds(default: Written):
    assert default.cpu_seconds < 30


def test_progress_ends_with_everybody(default: Written):
    assert default.progress[-1] == ("people", 5_000, 5_000)
    assert len(default.progress) > 1


def test_every_scenario_has_three_percent_of_the_people(default: Written):
    counts = default.sample.summary.scenario_counts
    assert len(counts) == 11
    assert min(counts.values()) >= 150


def test_every_kind_is_there_in_a_likely_number(default: Written):
    counts = default.sample.summary.line_counts
    events = sum(counts[source, "events"] for source in ("mini_program", "app", "web"))
    assert 150_000 <= events <= 220_000
    assert counts["commerce", "products"] >= 60
    assert len(counts) == 30
    assert counts["commerce", "service_conversations"] > 500
    assert counts["commerce", "stored_value"] > 500
    assert counts["official_account", "wecom_pushes"] > 50


def test_stored_value_is_never_overdrawn(default: Written):
    entries = default.sample.records["commerce", "stored_value"]
    balances = defaultdict(int)
    for entry in sorted(entries, key=lambda entry: entry["entry_id"]):
        balances[entry["member_id"]] += entry["delta_fen"] + entry["gift_delta_fen"]
        assert entry["balance_after_fen"] == balances[entry["member_id"]] >= 0


def test_some_come_back_after_thirty_silent_days(default: Written):
    days = defaultdict(set)
    for login in default.sample.records["mini_program", "logins"]:
        days[login["openid"]].add(datetime.fromisoformat(login["login_at"]).date())
    gaps = [b - a for seen in days.values() for a, b in pairwise(sorted(seen))]
    assert sum(gap.days >= 30 for gap in gaps) > 50


def test_active_people_do_35_to_60_things_in_30_days(default: Written):
    owners = Counter(row["person_id"] for row in default.sample.truth("event"))
    owners.pop("", None)
    assert 35 <= np.mean(list(owners.values())) <= 60
    assert max(owners.values()) < 600


def test_people_keep_to_their_hours(default: Written):
    """Half of somebody's visits begin within two hours of each other; chance would be a fifth."""
    hours = defaultdict(list)
    for login in default.sample.records["mini_program", "logins"]:
        moment = datetime.fromisoformat(login["login_at"])
        hours[login["openid"]].append(moment.hour + moment.minute / 60)
    regulars = [np.array(found) for found in hours.values() if len(found) >= 8]
    near = [np.mean(np.abs(found - np.median(found)) <= 2) for found in regulars]
    assert len(regulars) > 500
    assert np.mean(near) > 0.5


def test_a_season_sells_more_and_with_more_promotions(default: Written):
    orders = {o["order_id"]: o for o in default.sample.records["commerce", "orders"]}.values()
    days = Counter(order["created_at"][:10] for order in orders)
    season = [n for day, n in days.items() if "2026-06-01" <= day <= "2026-06-20"]
    before = [n for day, n in days.items() if "2026-05-01" <= day <= "2026-05-20"]
    assert np.mean(season) > 1.2 * np.mean(before)
    promoted = {
        is_season: np.mean([o["promotion_type"] != "none" for o in chosen])
        for is_season in (True, False)
        if (chosen := [o for o in orders if (o["created_at"][5:7] == "11") == is_season])
    }
    assert promoted[True] > promoted[False]


def test_people_buy_their_favourite_category_again(default: Written):
    member_of = {
        o["order_id"]: o["member_id"] for o in default.sample.records["commerce", "orders"]
    }
    categories = defaultdict(list)
    for line in default.sample.records["commerce", "order_lines"]:
        categories[member_of[line["order_id"]]].append(line["category"])
    categories.pop(None, None)
    shares = [max(Counter(c).values()) / len(c) for c in categories.values() if len(c) >= 8]
    assert np.mean(shares) > 0.5


def test_too_many_contacts_are_opened_less_and_rejected_more(default: Written):
    contacts = {
        c["message_id"]: c
        for c in sorted(
            default.sample.records["commerce", "contacts"], key=lambda c: c["updated_at"]
        )
    }
    per_member = Counter(c["member_id"] for c in contacts.values() if c["delivered_at"])
    many = {member for member, count in per_member.items() if count > 60}
    opened = defaultdict(list)
    rejected = defaultdict(list)
    for contact in contacts.values():
        if contact["delivered_at"]:
            opened[contact["member_id"] in many].append(contact["opened_at"] is not None)
            rejected[contact["member_id"] in many].append(contact["rejected_at"] is not None)
    assert many
    assert np.mean(opened[True]) < 0.8 * np.mean(opened[False])
    assert np.mean(rejected[True]) > np.mean(rejected[False])


def test_many_follow_the_service_account_soon_after_their_first_purchase(default: Written):
    bought = {}
    for order in default.sample.records["commerce", "orders"]:
        if order["paid_at"] and order["member_id"]:
            paid = datetime.fromisoformat(order["paid_at"]).timestamp()
            bought[order["member_id"]] = min(paid, bought.get(order["member_id"], paid))
    owner = {
        (r["namespace"], r["value"]): r["person_id"] for r in default.sample.truth("identifier")
    }
    bought_by = {owner["member_id", member]: at for member, at in bought.items()}
    delays = []
    for pull in default.sample.records["official_account", "followers"]:
        for user in pull["reply"]["user_info_list"]:
            person = owner["openid", user["openid"]]
            if person in bought_by:
                delays.append(user["subscribe_time"] - bought_by[person])
    assert np.mean([0 < delay < 2 * 86_400 for delay in delays]) > 0.3


def test_a_share_of_the_checkouts_is_never_paid(default: Written):
    events = Counter(event["event"] for event in default.sample.records["mini_program", "events"])
    assert 0.05 < 1 - events["PayOrder"] / events["CheckoutStart"] < 0.3
    assert events["ProductView"] > events["AddToCart"] > events["PayOrder"]
    assert events["LoginWall"] > events["$SignUp"] > 0
