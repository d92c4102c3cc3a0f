"""The twenty traps of the channels' formats, one test each.

Traps 4, 6 and 8 are sprung where the value is read too, in dbt/test_kinds_in_staging.py.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ingestion.contract import all_contracts

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

MALL, STORE = "wx00000000000000a1", "wx00000000000000a2"
SERVICE = "wx00000000000000b1"
IDENTIFIERS = "select namespace, scope, value from identity.identifier order by 1, 2, 3"


def sensors(track_id: int, **changes: object) -> dict[str, Any]:
    return {
        "type": "track", "event": "$MPViewScreen", "time": 1795105923123, "distinct_id": "d-1",
        "identities": {}, "properties": {"$app_id": MALL}, "_track_id": track_id,
        "_flush_time": 1795105925000, **changes,
    }  # fmt: skip


def reply(endpoint: str, body: dict[str, Any], appid: str = MALL, **more: object) -> dict[str, Any]:
    return {
        "appid": appid, "endpoint": endpoint, "requested": {}, "page": 1,
        "pulled_at": "2026-11-21T09:00:00+08:00", "reply": body, **more,
    }  # fmt: skip


def follower(openid: str, **fields: object) -> dict[str, Any]:
    items = [{"subscribe": 1, "openid": openid, **fields}]
    return reply("user/info/batchget", {"user_info_list": items}, SERVICE)


def phone(number: str, code: object) -> dict[str, Any]:
    info = {"purePhoneNumber": number, "countryCode": code, "watermark": {"appid": MALL}}
    return {
        "type": "mp_phone", "appid": MALL, "openid": f"oA_fake-{number}-{type(code).__name__}",
        "authorised_at": "2026-11-20T10:00:00+08:00", "reply": {"phone_info": info},
    }  # fmt: skip


def load(landing: "Landing", make: "Make", kind: str, *records: dict[str, Any]) -> None:
    counts = landing.load(landing.write(f"{kind}/a.jsonl", make.json_lines(records)))
    assert (counts.loaded, counts.quarantined) == (len(records), 0)


def test_trap_01_country_code_is_a_text_or_a_number(landing: "Landing", make: "Make") -> None:
    records = (phone("15400138001", 86), phone("15400138001", "86"))
    load(landing, make, "mini_program/phone_authorisations", *records)
    phones = [row for row in landing.query(IDENTIFIERS) if row[0] == "phone"]
    assert phones == [("phone", "", "+8615400138001")]


def test_trap_02_sex_is_a_number_a_text_or_nothing(landing: "Landing", make: "Make") -> None:
    sexes: list[object] = [1, "1", 0, "", None]
    load(landing, make, "official_account/followers",
         *(follower(f"oB_fake-{n}", sex=sex) for n, sex in enumerate(sexes)))  # fmt: skip
    assert {row[0] for row in landing.query(IDENTIFIERS)} == {"openid"}


def test_trap_03_a_unionid_with_a_leading_space_is_the_same(
    landing: "Landing", make: "Make"
) -> None:
    load(landing, make, "official_account/followers",
         follower("oB_fake-1", unionid=" oU_fake-1"),
         follower("oB_fake-2", unionid="oU_fake-1"))  # fmt: skip
    unionids = [row for row in landing.query(IDENTIFIERS) if row[0] == "unionid"]
    assert unionids == [("unionid", "op-brand", "oU_fake-1")]


def test_trap_04_list_is_an_object_or_an_array_and_times_are_texts_or_numbers(
    landing: "Landing", make: "Make"
) -> None:
    item = {"TemplateId": "TPL_FAKE_0001", "SubscribeStatusString": "accept", "PopupScene": "0"}
    push = {"ToUserName": "gh_0000000000a1", "MsgType": "event",
            "Event": "subscribe_msg_popup_event"}  # fmt: skip
    load(landing, make, "mini_program/subscriptions",
         {**push, "FromUserName": "oA_fake-1", "CreateTime": 1795105923, "List": item},
         {**push, "FromUserName": "oA_fake-2", "CreateTime": "1795105923",
          "List": [item, {**item, "PopupScene": 0}]})  # fmt: skip
    assert landing.query("select distinct event_at from raw.record") == [
        (datetime(2026, 11, 19, 16, 32, 3, tzinfo=UTC),)
    ]


@pytest.mark.parametrize(
    ("kind", "ref_date", "day"),
    [
        ("mini_program/analytics", "20261119", date(2026, 11, 19)),
        ("mini_program/analytics", "20261109-20261115", date(2026, 11, 9)),
        ("mini_program/analytics", "202610", date(2026, 10, 1)),
        ("official_account/statistics", "2026-11-19", date(2026, 11, 19)),
    ],
)
def test_trap_05_days_weeks_and_months_are_written_in_four_ways(
    landing: "Landing", make: "Make", kind: str, ref_date: str, day: date
) -> None:
    appid = MALL if kind.startswith("mini") else SERVICE
    load(landing, make, kind, reply("e", {"list": [{"ref_date": ref_date}]}, appid))
    assert landing.query("select event_day from raw.record") == [(day,)]


def test_trap_06_only_a_new_follower_has_the_prefix_of_the_scene(
    landing: "Landing", make: "Make"
) -> None:
    push = {"ToUserName": "gh_0000000000b1", "FromUserName": "oB_fake-1", "MsgType": "event"}
    load(landing, make, "official_account/pushes",
         {**push, "CreateTime": 1795105923, "Event": "subscribe", "EventKey": "qrscene_s|1"},
         {**push, "CreateTime": 1795105924, "Event": "SCAN", "EventKey": "s|1"})  # fmt: skip
    keys = landing.query("select body ->> 'EventKey' from raw.record order by event_at")
    assert keys == [("qrscene_s|1",), ("s|1",)]


def test_trap_07_messages_have_a_msgid_jobs_another_one(landing: "Landing", make: "Make") -> None:
    push = {"ToUserName": "gh_0000000000b1", "FromUserName": "oB_fake-1", "CreateTime": 1795105923}
    load(landing, make, "official_account/pushes",
         {**push, "MsgType": "text", "Content": "a", "MsgId": "11"},
         {**push, "MsgType": "text", "Content": "b", "MsgId": "12"},
         {**push, "MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "11"})  # fmt: skip
    assert landing.query("select source_key from raw.record order by 1") == [
        ("11",), ("12",), ("oB_fake-1|1795105923|TEMPLATESENDJOBFINISH",)
    ]  # fmt: skip


def test_trap_08_a_scene_is_a_text_with_a_prefix_or_a_placeholder(
    landing: "Landing", make: "Make"
) -> None:
    scenes = ["wx-1089", "未取到值", 1001]
    load(landing, make, "mini_program/events", *(
        sensors(n, properties={"$app_id": MALL, "$scene": scene}) for n, scene in enumerate(scenes)
    ))  # fmt: skip
    kept = landing.query("select body #>> '{properties,$scene}' from raw.record order by record_id")
    assert {scene for (scene,) in kept} == {"wx-1089", "未取到值", "1001"}


def test_trap_09_the_sign_of_the_time_zone_moves_no_event(landing: "Landing", make: "Make") -> None:
    load(landing, make, "mini_program/events", *(
        sensors(n, properties={"$app_id": MALL, "$timezone_offset": offset})
        for n, offset in enumerate((-480, 480, 0))
    ))  # fmt: skip
    assert len(landing.query("select distinct event_at, event_day from raw.record")) == 1


def test_trap_10_a_distinct_id_may_be_key_plus_value(landing: "Landing", make: "Make") -> None:
    sign_up = {"type": "track_signup", "event": "$SignUp"}
    load(landing, make, "mini_program/events",
         sensors(1, distinct_id="$identity_mobile+15400138001"),
         sensors(2, **sign_up, distinct_id="M000001", original_id="s-1"),
         sensors(3, **sign_up, distinct_id="$identity_email+a@b.example"))  # fmt: skip
    assert landing.query(IDENTIFIERS) == [
        ("email", "", "a@b.example"),
        ("member_id", "", "M000001"),
        ("mp_storage_id", MALL, "s-1"),
        ("phone", "", "+8615400138001"),
    ]


def test_trap_11_an_openid_without_an_appid_gets_that_of_its_record_or_is_none(
    landing: "Landing", make: "Make"
) -> None:
    load(landing, make, "mini_program/events",
         sensors(1, identities={"$identity_mp_openid": "oA_fake-1"}),
         sensors(2, identities={"$identity_mp_openid": "oA_fake-2"}, properties={}),
         sensors(3, identities={f"$identity_mp_{STORE}_openid": "oA_fake-3"}))  # fmt: skip
    assert landing.query(IDENTIFIERS) == [
        ("openid", MALL, "oA_fake-1"),
        ("openid", STORE, "oA_fake-3"),
    ]


def test_trap_12_durations_stay_in_seconds(landing: "Landing", make: "Make") -> None:
    event = sensors(1, event="$MPHide", properties={"$app_id": MALL, "event_duration": 61.25})
    load(landing, make, "mini_program/events", event)
    assert landing.query("select (body #>> '{properties,event_duration}')::numeric::text"
                         " from raw.record") == [("61.25",)]  # fmt: skip


def test_trap_13_every_amount_has_its_unit() -> None:
    for contract in all_contracts():
        paths = set(contract.types) | {p for some in contract.required for p in some}
        if any(path.endswith(("_fen", "amount.total")) for path in paths):
            assert contract.money_unit == "fen", contract.kind
    segment = [c for c in all_contracts() if c.source in {"app", "web"} and c.kind == "events"]
    assert {contract.money_unit for contract in segment} == {"yuan"}


def test_trap_14_the_key_of_a_retention_is_an_offset(landing: "Landing", make: "Make") -> None:
    kept = [{"key": 0, "value": 9}, {"key": 7, "value": 2}]
    body = {"ref_date": "20261119", "visit_uv_new": kept, "visit_uv": []}
    load(landing, make, "mini_program/analytics", reply("getweanalysisappiddailyretaininfo", body))
    assert landing.query("""
        select event_day, body #>> '{reply,visit_uv_new,1,key}' from raw.record
    """) == [(date(2026, 11, 19), "7")]


def test_trap_15_a_week_is_a_figure_of_its_own(landing: "Landing", make: "Make") -> None:
    day, week = ({"list": [{"ref_date": text}]} for text in ("20261109", "20261109-20261115"))
    load(landing, make, "mini_program/analytics",
         reply("getweanalysisappiddailyvisittrend", day),
         reply("getweanalysisappidweeklyvisittrend", week))  # fmt: skip
    assert landing.query("select count(distinct event_name), count(distinct source_key), "
                         "count(distinct event_day) from raw.record") == [(2, 2, 1)]  # fmt: skip


def test_trap_16_a_second_follow_is_a_state_of_its_own(landing: "Landing", make: "Make") -> None:
    again = follower("oB_fake-1", subscribe_time=1795090000)
    again["pulled_at"] = "2026-11-22T09:00:00+08:00"
    load(landing, make, "official_account/followers",
         follower("oB_fake-1", subscribe_time=1790000000), again)  # fmt: skip
    assert landing.query("select count(*) from raw.record") == [(2,)]


def test_trap_17_a_masked_phone_is_no_phone(landing: "Landing", make: "Make") -> None:
    load(landing, make, "mini_program/phone_authorisations", phone("154****8001", 86))
    assert {row[0] for row in landing.query(IDENTIFIERS)} == {"openid"}


def test_trap_18_an_undocumented_index_is_loaded(landing: "Landing", make: "Make") -> None:
    items = [{"index": "access_source_visit_uv", "item_list": [{"key": 3, "value": 5}]},
             {"index": "access_depth_info", "item_list": []}]  # fmt: skip
    record = reply("getweanalysisappidvisitdistribution", {"ref_date": "20261119", "list": items})
    path = landing.write("mini_program/analytics/a.jsonl", make.json_lines([record]))
    assert landing.load(path).loaded == 2
    assert landing.query("select distinct event_day from raw.record") == [(date(2026, 11, 19),)]


def test_trap_19_unionids_have_a_scope_and_snapshot_users_are_nobody(
    landing: "Landing", make: "Make"
) -> None:
    assert all(
        spec.scope == "open_platform"
        for contract in all_contracts()
        for spec in contract.identifiers
        if spec.namespace == "unionid"
    )
    login = {"type": "web_oauth", "appid": "wx00000000000000d1", "unionid": "oU_fake-1",
             "login_at": "2026-11-20T10:00:00+08:00"}  # fmt: skip
    load(landing, make, "web/oauth_logins",
         {**login, "openid": "oD_fake-1", "is_snapshotuser": 1},
         {**login, "openid": "oD_fake-2", "is_snapshotuser": 0})  # fmt: skip
    assert landing.query(IDENTIFIERS) == [
        ("openid", "wx00000000000000d1", "oD_fake-2"),
        ("unionid", "op-brand", "oU_fake-1"),
    ]


def test_trap_20_numbers_above_two_to_the_53_are_exact(landing: "Landing", make: "Make") -> None:
    push = {"ToUserName": "gh_0000000000b1", "FromUserName": "oB_fake-1", "CreateTime": 1795105923,
            "MsgType": "text", "Content": "a"}  # fmt: skip
    load(landing, make, "official_account/pushes",
         {**push, "MsgId": 2**53 + 1}, {**push, "MsgId": 2**53})  # fmt: skip
    assert landing.query("select source_key from raw.record order by 1") == [
        (str(2**53),), (str(2**53 + 1),)
    ]  # fmt: skip
