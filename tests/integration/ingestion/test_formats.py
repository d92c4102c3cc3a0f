"""Each format and kind of file, to records."""

import io
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.errors import Fatal

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

DAY = date(2026, 11, 20)


def push(event: str, openid: str = "oB_fake-1", **fields: str) -> str:
    more = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return (
        "<xml><ToUserName><![CDATA[gh_0000000000b1]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>1795105923</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{more}</xml>"
    )


def test_a_push_in_xml_becomes_json_with_element_names_as_keys(landing: "Landing") -> None:
    nested = "<SendPicsInfo><Count>2</Count><Item>a</Item><Item>b</Item></SendPicsInfo>"
    unsafe = '<!DOCTYPE x [<!ENTITY e "boom">]><xml><a>&e;</a></xml>'
    lines = [
        push("subscribe", EventKey="qrscene_1"),
        push("pic_weixin").replace("</xml>", f"{nested}</xml>"),
        "<xml><a></xml>",
        unsafe,
        push("CLICK").replace("gh_0000000000b1", "gh_of_nobody"),
    ]
    counts = landing.load(landing.write("official_account/pushes/a.xml", "\n".join(lines).encode()))
    assert (counts.loaded, counts.quarantined) == (2, 3)
    bodies = landing.query(
        "select body, account_id, event_name from raw.record order by event_name"
    )
    assert bodies[0][0]["SendPicsInfo"] == {"Count": "2", "Item": ["a", "b"]}
    assert bodies[1] == (
        {
            "ToUserName": "gh_0000000000b1",
            "FromUserName": "oB_fake-1",
            "CreateTime": "1795105923",
            "MsgType": "event",
            "Event": "subscribe",
            "EventKey": "qrscene_1",
        },
        "wx00000000000000b1",
        "subscribe",
    )
    assert landing.query("select namespace, scope, value from identity.identifier") == [
        ("openid", "wx00000000000000b1", "oB_fake-1")
    ]
    assert landing.query("""
        select line_number, reason_code, field from ops.quarantine order by 1
    """) == [
        (3, "invalid_xml", None),
        (4, "unsafe_xml", None),
        (5, "unknown_account", "ToUserName"),
    ]


def test_csv_rows_get_the_names_of_the_header(landing: "Landing") -> None:
    content = (
        'product_id,valid_from,name,price_fen,category\r\n'
        'P1,2026-11-20T00:00:00+08:00,"a ""quoted"", name",1200,\r\n'
        'P2,2026-11-20T00:00:00+08:00,只一行,900,coffee\r\n'
        'P3,2026-11-20T00:00:00+08:00,"open,900,coffee\r\n'
        'P4,2026-11-20T00:00:00+08:00,b,900\r\n'
        '\r\n'
        'P5,2026-11-20T00:00:00+08:00,c,9.5,coffee\r\n'
    )  # fmt: skip
    counts = landing.load(landing.write("commerce/products/a.csv", content.encode()))
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (6, 2, 4)
    assert landing.query("select _line_number, body from raw.record order by 1") == [
        (2, {"product_id": "P1", "valid_from": "2026-11-20T00:00:00+08:00",
             "name": 'a "quoted", name', "price_fen": "1200", "category": None}),
        (3, {"product_id": "P2", "valid_from": "2026-11-20T00:00:00+08:00",
             "name": "只一行", "price_fen": "900", "category": "coffee"}),
    ]  # fmt: skip
    assert landing.query("select line_number, reason_code from ops.quarantine order by 1") == [
        (4, "broken_quotes"), (5, "column_count"), (6, "empty_line"), (7, "wrong_type"),
    ]  # fmt: skip


def test_columns_may_come_in_any_order_and_new_ones_are_kept(landing: "Landing") -> None:
    first = b"product_id,valid_from,name,price_fen\nP1,2026-11-20,a,1\n"
    second = b"colour,price_fen,name,valid_from,product_id\nred,1,b,2026-11-20,P2\n"
    landing.write("commerce/products/a.csv", first)
    landing.write("commerce/products/b.csv", second)
    assert landing.load_window("commerce").loaded == 2
    assert landing.query("select body->>'colour' from raw.record order by source_key") == [
        (None,),
        ("red",),
    ]


def test_json_documents_and_parquet_are_read_like_lines(landing: "Landing", make: "Make") -> None:
    records = [make.order(f"O{n}") for n in range(4)]
    landing.write("commerce/orders/a.jsonl", make.json_lines(records))
    landing.write("commerce/orders/b.json", json.dumps(records, indent=2).encode())
    landing.write("commerce/orders/c.json", json.dumps(records[0], indent=2).encode())
    landing.write("commerce/orders/d.json", make.json_lines(records))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), sink)
    landing.write("commerce/orders/e.parquet", sink.getvalue())
    counts = landing.load_window("commerce")
    assert (counts.files, counts.rows_in) == (5, 17)
    assert (counts.loaded, counts.duplicate, counts.quarantined) == (4, 13, 0)


def test_pages_become_one_record_an_item(landing: "Landing", make: "Make") -> None:
    def page(*followers: object, **more: object) -> dict[str, object]:
        return {
            "appid": "wx00000000000000b1", "pulled_at": "2026-11-20T10:00:00+08:00", "page": 1,
            "remark": None, "reply": {"user_info_list": list(followers), **more},
        }  # fmt: skip

    follower = {"subscribe": 1, "openid": "oB_fake-1", "unionid": " oU_fake-1 ", "remark": None}
    content = make.json_lines([
        page(follower, {"subscribe": 0, "openid": "oB_fake-2"}, next="x"),
        page(),
        page({"subscribe": 1}),
        {"appid": "wx00000000000000b1", "reply": {"errcode": 45009}},
    ])  # fmt: skip
    counts = landing.load(landing.write("official_account/followers/a.jsonl", content))
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (4, 2, 2)
    bodies = [row[0] for row in landing.query("select body from raw.record order by source_key")]
    assert bodies[0] == {
        "appid": "wx00000000000000b1",
        "pulled_at": "2026-11-20T10:00:00+08:00",
        "page": 1,
        "remark": None,
        "reply": {"next": "x"},
        "user_info_list": follower,
    }
    assert landing.query("""
        select namespace, scope, value from identity.identifier order by 1, 3
    """) == [
        ("openid", "wx00000000000000b1", "oB_fake-1"),
        ("openid", "wx00000000000000b1", "oB_fake-2"),
        ("unionid", "op-brand", "oU_fake-1"),
    ]
    assert landing.query(
        "select line_number, reason_code, field from ops.quarantine order by 1"
    ) == [
        (3, "missing_field", "user_info_list.openid"),
        (4, "missing_field", "reply.user_info_list"),
    ]


def test_a_snapshot_user_is_nobody_but_the_flag_is_kept(landing: "Landing", make: "Make") -> None:
    def login(openid: str, **changes: object) -> dict[str, object]:
        return {
            "type": "web_oauth", "appid": "wx00000000000000d1", "openid": openid,
            "unionid": "oU_fake-1", "cookie_id": "c-1", "scope": "snsapi_userinfo",
            "login_at": "2026-11-20T10:00:00+08:00", **changes,
        }  # fmt: skip

    content = make.json_lines([
        login("oD_fake-1", is_snapshotuser=1),
        login("oD_fake-2", is_snapshotuser=True),
        login("oD_fake-3", is_snapshotuser=0),
    ])  # fmt: skip
    assert landing.load(landing.write("web/oauth_logins/a.jsonl", content)).loaded == 3
    assert landing.query("select value from identity.identifier where namespace = 'openid'") == [
        ("oD_fake-3",)
    ]
    assert landing.query("""
        select body->>'is_snapshotuser', identifier_set_id is null
        from raw.record order by source_key
    """) == [("1", True), ("true", True), ("0", False)]


def test_a_record_carries_times_account_kind_and_identifiers(
    landing: "Landing", make: "Make"
) -> None:
    event = make.app_event(
        "a", event="Signed In", userId="M1", timestamp="2026-11-20T17:00:00.000Z"
    )
    landing.load(landing.write("app/events/a.jsonl", make.json_lines([event])))
    assert landing.query("""
        select event_at, received_at, occurred_at, event_day, event_name, account_id,
            observation_kind, body
        from raw.record
    """) == [(
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 11, 20, 1, 5, 2, 400_000, tzinfo=UTC),
        datetime(2026, 11, 20, 1, 5, 2, 400_000, tzinfo=UTC),
        date(2026, 11, 21),
        "Signed In",
        "wx00000000000000c1",
        "login",
        event,
    )]  # fmt: skip
    assert landing.query("""
        select i.namespace, s.strengths[array_position(s.identifier_ids, i.identifier_id)]
        from identity.identifier as i, identity.identifier_set as s order by 1
    """) == [("app_install_id", 2), ("member_id", 1)]


def test_a_verified_phone_weighs_more_than_a_typed_one(landing: "Landing", make: "Make") -> None:
    def member(member_id: str, phone: str, *, is_verified: bool) -> dict[str, object]:
        return {
            "member_id": member_id, "updated_at": "2026-11-20T10:00:00+08:00", "status": "active",
            "registered_at": "2026-11-20T10:00:00+08:00", "phone": phone,
            "is_phone_verified": is_verified, "email": "a@example.org",
        }  # fmt: skip

    content = make.json_lines([
        member("M1", "15400138001", is_verified=True),
        member("M2", "１５４-００１３８００２", is_verified=False),
        member("M3", "154****8003", is_verified=True),
    ])  # fmt: skip
    counts = landing.load(landing.write("commerce/members/a.jsonl", content))
    assert (counts.loaded, counts.dropped_identifiers) == (3, 1)
    assert landing.query("""
        select i.value, s.strengths[array_position(s.identifier_ids, i.identifier_id)]
        from identity.identifier as i
        inner join identity.identifier_set as s on i.identifier_id = any(s.identifier_ids)
        where i.namespace = 'phone' order by 1
    """) == [("+8615400138001", 1), ("+8615400138002", 3)]


def test_a_phone_authorisation_of_another_account_is_refused(
    landing: "Landing", make: "Make"
) -> None:
    def authorisation(appid: str, code: object) -> dict[str, object]:
        phone = {"purePhoneNumber": "15400138001", "countryCode": code,
                 "watermark": {"timestamp": 1795105923, "appid": appid}}  # fmt: skip
        return {
            "type": "mp_phone", "appid": "wx00000000000000a1", "openid": f"oA_fake-{appid}-{code}",
            "authorised_at": "2026-11-20T10:00:00+08:00",
            "reply": {"errcode": 0, "phone_info": phone},
        }  # fmt: skip

    content = make.json_lines([
        authorisation("wx00000000000000a1", 86),
        authorisation("wx00000000000000a1", "86"),
        authorisation("wx00000000000000a2", 86),
    ])  # fmt: skip
    counts = landing.load(landing.write("mini_program/phone_authorisations/a.jsonl", content))
    assert (counts.loaded, counts.quarantined) == (2, 1)
    assert landing.query("select reason_code, field from ops.quarantine") == [
        ("fields_differ", "reply.phone_info.watermark.appid")
    ]
    assert landing.query("select value from identity.identifier where namespace = 'phone'") == [
        ("+8615400138001",)
    ]


def test_only_ready_files_of_the_window_are_loaded(landing: "Landing", make: "Make") -> None:
    line = make.json_lines([make.order("O1")])
    for name in ("a.jsonl.part", ".hidden.jsonl", "_notes.jsonl", "readme.txt"):
        landing.write(f"commerce/orders/{name}", line)
    landing.write("commerce/orders/other-day.jsonl", line, date(2026, 11, 18))
    assert landing.load_window("commerce").files == 0
    path = landing.write("commerce/orders/b.jsonl.part", line)
    path.rename(path.with_suffix(""))
    counts = landing.load_window("commerce")
    assert (counts.files, counts.loaded) == (1, 1)
    assert landing.load_window("commerce").files == 0
    wide = landing.load_window("commerce", date(2026, 11, 1))
    assert (wide.files, wide.duplicate) == (1, 1)


def test_empty_day_manifests_are_remembered(landing: "Landing") -> None:
    landing.write("commerce/_manifest/_empty.json", b"{}")
    for _ in range(2):
        assert landing.load_window("commerce").files == 0
    assert landing.query("select source, day, manifest_path from ops.empty_day") == [
        ("commerce", DAY, "commerce/_manifest/2026-11-20/_empty.json")
    ]


def test_a_folder_without_a_contract_is_named_after_the_rest_is_loaded(
    landing: "Landing", make: "Make"
) -> None:
    landing.write("commerce/a_new_kind/a.jsonl", b"{}\n")
    landing.write("commerce/orders/a.jsonl", make.json_lines([make.order("O1")]))
    with pytest.raises(Fatal, match="a_new_kind"):
        landing.load_window("commerce")
    assert landing.query("select loaded from ops.load") == [(1,)]
