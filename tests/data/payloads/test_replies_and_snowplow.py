"""WeChat's replies, WeCom's pushes, Snowplow's events: in scope, mapped; else refused by name.

Replies land in the envelope a client writes: account, endpoint, time of the pull, the reply as it
came. Those of login and phone reach us inside the line the login service forwards, without secrets.
"""

import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.contract import load_contract
from ingestion.engine import open_engine
from ingestion.file_load import FileCounts, load_file
from ingestion.readers import read_texts
from settings import Settings
from tests.data.payloads.test_payloads import payloads, scope
from warehouse.connection import connect

ARRIVAL = date(2024, 1, 1)
PULLED_AT = "2023-12-31T09:00:00+08:00"
SERVICE, CORPORATION, MALL = "wx00000000000000b1", "ww00000000000000e1", "wx00000000000000a1"
KIND_OF = {
    "user/get": "follower_ids",
    "user/tag/get": "tags",
    "user/info/batchget": "followers",
    "changeopenid": "openid_changes",
    "customservice/msgrecord/getmsglist": "service_messages",
    "work/externalcontact/get": "wecom_contacts",
    "work/externalcontact/batch/get/by/user": "wecom_contacts",
}
FORWARDED = {
    "sns/jscode2session": "mini_program/logins",
    "wxa/business/getuserphonenumber": "mini_program/phone_authorisations",
    "sns/oauth2/access/token": "app/logins",
    "sns/userinfo": "web/oauth_logins",
}


def load(settings: Settings, kind: str, name: str, content: bytes) -> FileCounts:
    contract = load_contract(*kind.split("/")).model_copy(update={"horizon_days": 10_000})
    path = settings.landing_dir / kind / "2023-12-31" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return load_file(settings, path, contract, arrival_day=ARRIVAL, landing_day=ARRIVAL)


def landed(endpoint: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Kind and landing line of a reply."""
    if endpoint in FORWARDED:
        return FORWARDED[endpoint], forwarded(endpoint, body)
    kind = KIND_OF.get(endpoint, "statistics")
    appid = CORPORATION if kind.startswith("wecom") else SERVICE
    requested = {"from_appid": "wx00000000000000b0", "tagid": 1}
    return f"official_account/{kind}", {
        "appid": appid, "endpoint": endpoint, "requested": requested, "pulled_at": PULLED_AT,
        "page": 1, "reply": body,
    }  # fmt: skip


def forwarded(endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
    if endpoint == "wxa/business/getuserphonenumber":
        body["phone_info"]["watermark"]["appid"] = MALL  # blank in the sample
        return {"appid": MALL, "openid": "oA_fake-1", "authorised_at": PULLED_AT, "reply": body}
    appid = MALL if endpoint == "sns/jscode2session" else "wx00000000000000d1"
    return {
        "appid": appid, "openid": body["openid"], "unionid": body.get("unionid"),
        "login_at": PULLED_AT,
    }  # fmt: skip


def test_replies_in_scope_are_mapped(warehouse_settings: Settings, shared_data: Path) -> None:
    ours = scope()
    wanted = [
        reply
        for reply in payloads(shared_data, "wechat_api_replies")
        if ours["wechat_api_replies", "", reply["endpoint"], ""]
    ]
    assert len(wanted) >= 28
    mapped = 0
    for number, reply in enumerate(wanted):
        kind, line = landed(reply["endpoint"], reply["body"])
        content = json.dumps(line).encode() + b"\n"
        counts = load(warehouse_settings, kind, f"{number}.jsonl", content)
        assert counts.rows_in == counts.loaded + counts.duplicate + counts.quarantined > 0
        mapped += counts.quarantined == 0
    assert mapped >= 0.95 * len(wanted)
    with connect(warehouse_settings, "") as conn:
        reasons = conn.execute("select reason_code, field from ops.quarantine").fetchall()
        found = conn.execute("""
            select namespace, scope, count(*)::integer from identity.identifier
            group by 1, 2 order by 1, 2
        """).fetchall()
    assert reasons == []
    assert ("external_userid", CORPORATION, 3) in found
    assert ("openid", "wx00000000000000b0", 2) in found
    # Contacts of type 2 are no WeChat users, so their unionids are not the brand's.
    assert not [row for row in found if row[:2] == ("unionid", CORPORATION)]


def test_pushes_of_wecom_about_staff_are_refused_by_name(
    warehouse_settings: Settings, shared_data: Path, tmp_path: Path
) -> None:
    pushes = [p for p in payloads(shared_data, "wechat_messages") if p["product"] == "wecom"]
    ours = scope()
    assert not any(
        ours["wechat_messages", "wecom", p["msg_type"], p["event"] or ""] for p in pushes
    )
    lines = [p["xml"].replace("\n", " ") for p in pushes]
    customer = (
        f"<xml><ToUserName>{CORPORATION}</ToUserName><FromUserName>sys</FromUserName>"
        "<CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>{}</Event>"
        "<ChangeType>{}</ChangeType><UserID>guide17</UserID>"
        "<ExternalUserID>wm_fake_1</ExternalUserID></xml>"
    )
    events = [("change_external_contact", f"{verb}_external_contact") for verb in ("add", "del")]
    events += [("change_external_contact", "del_follow_user"), ("an_event_of_next_year", "x")]
    lines += [customer.format(*event) for event in events]
    settings = with_accounts(warehouse_settings, tmp_path, {"toUser", "wx28dbb14e3720FAKE"})
    counts = load(settings, "official_account/wecom_pushes", "a.xml", "\n".join(lines).encode())
    assert (counts.loaded, counts.quarantined) == (len(events), len(pushes))
    with connect(settings, "") as conn:
        reasons = conn.execute("select distinct reason_code from ops.quarantine").fetchall()
        found = conn.execute("select namespace, scope, value from identity.identifier").fetchall()
    assert reasons == [("not_accepted",)]
    assert found == [("external_userid", CORPORATION, "wm_fake_1")]


def with_accounts(settings: Settings, tmp_path: Path, names: set[str]) -> Settings:
    config = tmp_path / "config"
    config.mkdir()
    document = yaml.safe_load((settings.config_dir / "accounts.yml").read_text())
    document["accounts"] += [
        {"appid": name, "kind": "wecom", "open_platform": "op", "name_zh": name, "name_en": name}
        for name in sorted(names)
    ]
    (config / "accounts.yml").write_text(yaml.safe_dump(document))
    return replace(settings, config_dir=config)


def test_snowplows_event_becomes_the_json_its_own_sdk_makes(shared_data: Path) -> None:
    folder = shared_data / "payloads"
    expected = json.loads((folder / "snowplow_enriched_expected.json").read_text())
    with open_engine() as engine:
        contract = load_contract("web", "snowplow_events")
        (texts,) = read_texts(engine, folder / "snowplow_enriched.tsv", contract)
    assert [json.loads(text.as_py()) for text in texts.table["text"]] == [expected]


def test_snowplows_event_is_mapped(warehouse_settings: Settings, shared_data: Path) -> None:
    content = (shared_data / "payloads" / "snowplow_enriched.tsv").read_bytes()
    short = b"\t".join(content.split(b"\t")[:110]) + b"\n"  # as an older enrichment ends it
    broken = b"a\tb\n" + content.rstrip(b"\n") + b"\tone too many\n\n"
    counts = load(
        warehouse_settings, "web/snowplow_events", "a.tsv", content.rstrip(b"\n") + b"\n" + broken
    )
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (4, 1, 3)
    assert load(warehouse_settings, "web/snowplow_events", "b.tsv", short).quarantined == 0
    with connect(warehouse_settings, "") as conn:
        found = conn.execute("select namespace from identity.identifier order by 1").fetchall()
        names = conn.execute("select distinct event_name from raw.record").fetchall()
    assert [row[0] for row in found] == ["email", "web_cookie", "web_cookie"]
    assert set(names) == {("link_click",), ("page_view",)}


@pytest.mark.parametrize(("source", "name"), [("web", "web"), ("app", "mobile")])
def test_the_events_of_snowplows_packages_are_mapped(
    warehouse_settings: Settings, shared_data: Path, source: str, name: str
) -> None:
    path = shared_data / "events" / "snowplow" / name / f"snowplow_{name}_events.csv.gz"
    content = gzip.decompress(path.read_bytes())
    counts = load(warehouse_settings, f"{source}/snowplow_events", "a.csv", content)
    assert counts.rows_in == counts.loaded + counts.duplicate + counts.quarantined
    assert counts.loaded + counts.duplicate >= 0.95 * counts.rows_in > 100
