"""Every kind as staging reads it: loaded from files, one row at the grain that the model names."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.window import load_window
from pipeline.transform import run_dbt
from settings import Settings
from tests.conftest import with_own_folders
from tests.integration.dbt.deliveries import (
    build,
    copy_of,
    count_as_published,
    rows,
    start_run,
)
from warehouse.runs import Run

DAY = date(2026, 11, 20)
MALL, SERVICE, CORPORATION = "wx00000000000000a1", "wx00000000000000b1", "ww00000000000000e1"
SECOND = 1795140000  # 2026-11-20 10:00 +08:00


def envelope(
    account: str, endpoint: str, reply: dict[str, Any], **requested: object
) -> dict[str, Any]:
    return {
        "appid": account, "endpoint": endpoint, "requested": requested, "page": 1,
        "pulled_at": "2026-11-20T11:00:00+08:00", "reply": reply,
    }  # fmt: skip


def push(event: str, second: int, **fields: object) -> dict[str, Any]:
    return {
        "ToUserName": "gh_0000000000b1", "FromUserName": "oB_fake-1", "CreateTime": second,
        "MsgType": "event", "Event": event, **fields,
    }  # fmt: skip


def sensors(number: int, scene: object) -> dict[str, Any]:
    return {
        "type": "track", "event": "$MPLaunch", "time": SECOND * 1000 + number, "_track_id": number,
        "distinct_id": "d", "properties": {"$app_id": MALL, "$scene": scene},
    }  # fmt: skip


def ga4(name: str, second: int) -> dict[str, Any]:
    url = "https://shop.example/p?utm_source=moments&gdt_vid=wx0fakeclick0001#x"
    return {
        "event_timestamp": str((SECOND + second) * 1_000_000), "event_name": name,
        "user_pseudo_id": "1.1", "items": [{"item_id": "SKU-1", "item_category": "tea"}],
        "event_params": [{"key": "page_location", "value": {"string_value": url}}],
        "device": {"operating_system": "iOS"},
    }  # fmt: skip


ITEM = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
GRANT = {"ToUserName": "gh_0000000000a1", "MsgType": "event", "Event": "subscribe_msg_popup_event"}
CONTACT = {"external_userid": "wm_fake-1", "type": 1, "unionid": "oU_fake-1"}
STAFF = [{"userid": "g1", "createtime": SECOND, "state": "store:SH001"}, {"userid": "g2"}]
DETAIL = [{"stat_date": f"2026-11-{day}", "read_user": day} for day in (18, 19)]
FILES: dict[str, list[dict[str, Any]]] = {
    "mini_program/events": [sensors(n, s) for n, s in enumerate(("wx-1089", "未取到值", None))],
    "mini_program/subscriptions": [
        {**GRANT, "FromUserName": "oA_fake-1", "CreateTime": SECOND, "List": ITEM},
        {**GRANT, "FromUserName": "oA_fake-2", "CreateTime": str(SECOND), "List": [ITEM, ITEM]},
        {**GRANT, "FromUserName": "oA_fake-3", "CreateTime": SECOND,
         "SubscribeMsgPopupEvent": {"List": ITEM}},
    ],
    "mini_program/analytics": [
        envelope(MALL, "getweanalysisappiddailyvisittrend",
                 {"list": [{"ref_date": "20261119", "visit_uv": 5}]}),
        envelope(MALL, "getweanalysisappidweeklyvisittrend",
                 {"list": [{"ref_date": "20261109-20261115", "visit_uv": 9}]}),
    ],
    "official_account/pushes": [
        push("subscribe", SECOND, EventKey="qrscene_s|1"), push("SCAN", SECOND + 1, EventKey="s|1"),
        push("CLICK", SECOND + 2, EventKey="qrscene_menu"),
    ],
    "official_account/statistics": [
        envelope(SERVICE, "getusersummary", {"list": [
            {"ref_date": "2026-11-19", "user_source": 30, "new_user": 4},
            {"ref_date": "2026-11-19", "user_source": 149, "new_user": 2},
        ]}),
        envelope(SERVICE, "getarticletotaldetail", {"is_delay": False, "list": [
            {"ref_date": "2026-11-18", "msgid": "1_1", "detail_list": DETAIL}]}),
        envelope(SERVICE, "getarticleread", {"list": [
            {"ref_date": "2026-11-19", "msgid": "1_1", "detail": {"read_user": 7}}]}),
    ],
    "official_account/wecom_contacts": [
        envelope(CORPORATION, "externalcontact/get",
                 {"external_contact": CONTACT, "follow_user": STAFF}),
        envelope(CORPORATION, "externalcontact/batch/get_by_user", {"external_contact_list": [
            {"external_contact": CONTACT, "follow_info": STAFF[0]}]}),
    ],
    "official_account/wecom_conversions": [
        envelope(CORPORATION, "idconvert/unionid_to_external_userid", {"pending_id": "p1"},
                 unionid="oU_fake-1", openid="oB_fake-1", appid=SERVICE),
    ],
    "official_account/tags": [
        envelope(SERVICE, "tags/get", {"tags": [{"id": 2, "name": "a", "count": 1}]}),
        envelope(SERVICE, "user/tag/get", {"count": 1, "data": {"openid": ["oB_fake-1"]}}, tagid=2),
    ],
    "commerce/service_conversations": [
        {"conversation_id": "c1", "opened_at": "2026-11-20T10:00:00+08:00", "channel": "wecom",
         "member_id": "M1", "message_count": 4, "rating": 5},
    ],
    "commerce/payments": [
        {"id": f"EV{n}", "create_time": f"2026-11-20T1{n}:00:00+08:00", "event_type": kind,
         "decrypted": {"transaction_id": "42", "out_trade_no": "O1", state: "SUCCESS",
                       "refund_id": "R1", "amount": {"total": 100, "refund": 40}}}
        for n, (kind, state) in enumerate((("TRANSACTION.SUCCESS", "trade_state"),
                                           ("REFUND.SUCCESS", "refund_status")))
    ],
    "web/ga4_events": [ga4("page_view", 0), ga4("view_item", 1)],
    "app/sensors_events": [
        {"type": "track", "event": "$AppStart", "time": SECOND * 1000, "_track_id": 1,
         "distinct_id": "d", "anonymous_id": "i-1", "properties": {"$os": "iOS"}},
    ],
}  # fmt: skip


def build_events(settings: Settings, run: Run) -> None:
    variables = {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(run.as_of)}
    run_dbt(
        settings, ["run", "--select", "int_event_records", "int_events", "int_activity"], variables
    )


def land(settings: Settings, kind: str, records: list[dict[str, Any]]) -> None:
    path = settings.landing_dir / kind / DAY.isoformat() / "a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    load_window(settings, kind.split("/", maxsplit=1)[0], DAY, DAY, arrival_day=DAY)


@pytest.fixture(scope="module")
def staged(
    staged_database: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    with copy_of(staged_database) as copy:
        settings = with_own_folders(copy, tmp_path_factory.mktemp("staging"))
        for kind, records in FILES.items():
            land(settings, kind, records)
        assert rows(settings, "select count(*) from ops.quarantine") == [(0,)]
        run = start_run(settings, DAY)
        build(settings, run, "staging")
        build_events(settings, run)
        count_as_published(settings, run)
        yield settings


GRAINS = {
    "mini_program__events": ("source_key", 3),
    "mini_program__subscriptions": ("source_key, item_number", 4),
    "mini_program__analytics": ("appid, endpoint, ref_date, item_key", 2),
    "official_account__pushes": ("source_key", 3),
    "official_account__statistics": ("endpoint, ref_date, user_source, article_id", 4),
    "official_account__article_days": ("endpoint, article_id, stat_date", 3),
    "official_account__wecom_contacts": ("source_key, staff_id", 3),
    "official_account__wecom_conversions": ("corp_id, unionid", 1),
    "official_account__tags": ("endpoint, tag_id, openid", 2),
    "commerce__service_conversations": ("conversation_id", 1),
    "commerce__payments": ("transaction_id", 1),
    "commerce__refund_notices": ("refund_id", 1),
    "web__ga4_events": ("source_key", 2),
    "web__touches": ("source_key", 2),
    "app__sensors_events": ("source_key", 1),
}  # fmt: skip


@pytest.mark.parametrize("model", GRAINS)
def test_a_model_has_one_row_at_its_grain(staged: Settings, model: str) -> None:
    grain, count = GRAINS[model]
    found = rows(staged, f"select count(*), count(distinct ({grain})) from staging.stg_{model}")  # noqa: S608
    assert found == [(count, count)]


def test_every_model_can_be_read(staged: Settings) -> None:
    models = Path("dbt_project/models/staging")
    names = [path.stem for path in (staged.project_dir / models).rglob("stg_*.sql")]
    assert len(names) > 45
    for name in names:
        rows(staged, f"select * from staging.{name} limit 1")  # noqa: S608


def test_trap_04_list_is_read_as_object_array_and_nested(staged: Settings) -> None:
    query = "select template_id, answer from staging.stg_mini_program__subscriptions"
    assert set(rows(staged, query)) == {("T1", "accept")}


def test_trap_06_the_prefix_goes_from_new_followers_only(staged: Settings) -> None:
    query = "select event_name, scene_value from staging.stg_official_account__pushes order by 1"
    assert rows(staged, query) == [("click", None), ("scan", "s|1"), ("subscribe", "s|1")]


def test_trap_08_a_placeholder_is_no_scene(staged: Settings) -> None:
    query = "select scene_code from staging.stg_mini_program__events order by 1"
    assert rows(staged, query) == [(1089,), (None,), (None,)]


def test_a_campaign_and_a_click_are_read_from_the_address(staged: Settings) -> None:
    query = "select distinct utm_source, click_id, click_id_kind from staging.stg_web__touches"
    assert rows(staged, query) == [("moments", "wx0fakeclick0001", "gdt_vid")]


def test_articles_have_their_readers_by_day(staged: Settings) -> None:
    query = """
        select endpoint, stat_date::text, reader_count
        from staging.stg_official_account__article_days order by 1, 2
    """
    assert rows(staged, query) == [
        ("getarticleread", "2026-11-19", 7),
        ("getarticletotaldetail", "2026-11-18", 18),
        ("getarticletotaldetail", "2026-11-19", 19),
    ]


def test_events_of_every_sdk_share_one_vocabulary_and_a_dropped_one_is_no_fact(
    staged: Settings,
) -> None:
    query = "select channel, kind, verb, product_id from intermediate.int_events"
    found = set(rows(staged, query))
    assert {
        ("web", "ga4_events", "page_view", "SKU-1"),
        ("web", "ga4_events", "product_view", "SKU-1"),
        ("app", "sensors_events", "launch", None),
        ("official_account", "pushes", "menu_click", None),
    } <= found
    land(staged, "web/ga4_events", [ga4("page_view", 0), ga4("purchase", 2)])
    build_events(staged, start_run(staged, DAY))
    found = {row[2] for row in rows(staged, query) if row[1] == "ga4_events"}
    assert found == {"page_view", "order_paid"}
    counted = "select sum(event_count)::int from intermediate.int_activity where channel = 'web'"
    assert rows(staged, counted) == [(2,)]
