"""What is kept of states that come and go: followers, rewritten days, mixed versions."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ingestion.contract import load_contract
from warehouse.upkeep import expire_kind

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

DAY = date(2026, 11, 20)


def followed(pulled_day: int, *, is_following: bool) -> dict[str, Any]:
    follower = {"openid": "oB_fake-1", "subscribe": int(is_following)}
    return {
        "appid": "wx00000000000000b1", "endpoint": "user/info/batchget", "page": 1,
        "requested": {"user_list": [{"openid": f"oB_fake-{n}"} for n in range(100)]},
        "pulled_at": f"2026-11-{pulled_day}T09:00:00+08:00",
        "reply": {"user_info_list": [follower]},
    }  # fmt: skip


def visit(name: str, second: int) -> dict[str, Any]:
    parameters = [
        {"key": "page_location", "value": {"string_value": "https://shop.example/?utm_source=x"}}
    ]
    return {
        "event_date": "20261120", "event_timestamp": str(1795104000_000000 + second * 1_000_000),
        "event_name": name, "user_pseudo_id": "1.1", "event_params": parameters,
    }  # fmt: skip


def test_a_follower_going_and_coming_back_is_three_states(landing: "Landing", make: "Make") -> None:
    for day, is_following in ((20, True), (21, False), (22, True)):
        record = followed(day, is_following=is_following)
        landing.write(
            "official_account/followers/a.jsonl", make.json_lines([record]), date(2026, 11, day)
        )
    counts = landing.load_window("official_account", DAY, date(2026, 11, 22))
    assert (counts.loaded, counts.duplicate) == (3, 0)
    states = "select body #>> '{user_info_list,subscribe}' from raw.record order by event_at"
    assert landing.query(states) == [("1",), ("0",), ("1",)]
    # The hundred openids a page was asked for are not written beside each of its followers.
    assert landing.query("select count(*) from raw.record where body ? 'requested'") == [(0,)]


def test_a_day_written_three_times_ends_as_its_last_version(
    landing: "Landing", make: "Make"
) -> None:
    versions = [
        [visit("page_view", 1), visit("view_item", 2)],
        [visit("page_view", 1), visit("purchase", 3)],
        [visit("page_view", 1), visit("view_item", 2)],  # as it was at first
    ]
    for version in versions:
        landing.write("web/ga4_events/day.jsonl", make.json_lines(version))
        landing.load_window("web")
        assert landing.load_window("web").files == 0
    names = "select event_name from raw.record order by event_at"
    assert landing.query(names) == [("page_view",), ("view_item",)]
    assert landing.query("""
        select generation, loaded, duplicate, superseded, is_rewrite from ops.load order by load_id
    """) == [(1, 2, 0, 1, False), (2, 1, 1, 1, False), (3, 1, 1, 0, True)]
    landing.assert_ledger_holds()


@pytest.mark.parametrize("before", [date(2026, 11, 20), date(2026, 11, 21)])
def test_what_is_present_is_loaded_less_what_left(
    landing: "Landing", make: "Make", before: date
) -> None:
    old = visit("page_view", -86_400)
    for version in ([old, visit("a", 1), visit("b", 2)], [old, visit("b", 2)]):
        landing.write("web/ga4_events/day.jsonl", make.json_lines(version))
        landing.load_window("web")
    expired = expire_kind(landing.settings, "web", "ga4_events", before)
    assert expired == (1 if before == DAY else 2)
    assert (
        landing.query("""
        select l.load_id from ops.load as l
        where l.loaded - l.superseded - l.erased - l.expired
            <> (select count(*) from raw.record as r where r._load_id = l.load_id)
    """)
        == []
    )


def test_versions_of_a_contract_may_be_mixed_in_one_day(landing: "Landing", make: "Make") -> None:
    contract = load_contract("commerce", "orders")
    newer = contract.model_copy(
        update={"version": 2, "required": (*contract.required, ("shop_code",))}
    )
    first = landing.write("commerce/orders/a.jsonl", make.json_lines([make.order("O1")]))
    second = landing.write("commerce/orders/b.jsonl", make.json_lines(
        [make.order("O2", shop_code="S1"), make.order("O3")]
    ))  # fmt: skip
    assert landing.load(first, contract).loaded == 1
    counts = landing.load(second, newer)
    assert (counts.loaded, counts.quarantined) == (1, 1)
    assert landing.query("select contract_version, loaded from ops.load order by 1") == [
        (1, 1), (2, 1)
    ]  # fmt: skip
    assert landing.query("select reason_code, field from ops.quarantine") == [
        ("missing_field", "shop_code")
    ]
    landing.assert_ledger_holds()
