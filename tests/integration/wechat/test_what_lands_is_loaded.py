"""What is pulled and what is pushed fits the contracts: every record is loaded, and once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.push_sender import event
from ingestion.receiver.delivery import deliver_all
from ingestion.receiver.journal import Entry, Journal
from ingestion.receiver.push import read_push
from ingestion.receiver.routing import PushAccount, place_of
from ingestion.wechat.client import Clock
from ingestion.wechat.connect import credentials_of
from ingestion.wechat.pull import PULLS, AccountPull, Deployment
from ingestion.window import WindowCounts, load_window
from pipeline import pull as pulls
from settings import Settings, accounts
from tests.fake_wechat import SECRET, FakeWeChat, serving
from warehouse.connection import connect
from warehouse.errors import Fatal

NOW = 1_795_105_923.0
DAY = date(2026, 11, 20)


@pytest.fixture
def fake() -> Iterator[FakeWeChat]:
    followers = [f"oBBBB_fake-{number:06}" for number in range(230)]
    with serving(FakeWeChat(followers, page_size=100)) as running:
        running.staff = {"guide1": ["wm_fake_1", "wm_fake_2"]}
        yield running


def load(settings: Settings, source: str) -> WindowCounts:
    return load_window(settings, source, DAY, DAY, arrival_day=DAY + timedelta(days=1))


def pull_everything(settings: Settings, fake: FakeWeChat) -> None:
    environ = {"C360_WECHAT_URL": fake.url}
    for account in accounts(settings.config_dir):
        environ[f"C360_WECHAT_SECRET_{account.appid.upper()}"] = SECRET
    clock = Clock(lambda: NOW, lambda _: None)
    deployment = Deployment(settings.landing_dir, settings.state_dir, clock, environ)
    for account in accounts(settings.config_dir):
        credentials = credentials_of(account, environ)
        assert credentials
        for what in PULLS.get(account.kind, ()):
            AccountPull(deployment, credentials).run(what)


def test_every_pulled_record_is_loaded_and_a_refused_openid_is_quarantined(
    warehouse_settings: Settings, tmp_path: Path, fake: FakeWeChat
):
    settings = replace(warehouse_settings, state_dir=tmp_path / "state")
    fake.refused_openids = {fake.followers[7]}
    pull_everything(settings, fake)
    counts = load(settings, "official_account")
    with connect(settings, "") as conn:
        quarantined = conn.execute("select count(*) from ops.quarantine")
        assert quarantined.fetchall() == [(1,)]
        rows = conn.execute("select kind, count(*) from raw.record group by 1 order by 1")
        kinds = dict(rows.fetchall())
    assert counts.loaded + 1 == counts.rows_in
    assert kinds["follower_ids"] == 230
    assert kinds["followers"] == 229
    assert kinds["wecom_contacts"] == 2
    assert kinds["tags"] == 1
    assert load(settings, "mini_program").quarantined == 0


def test_a_pull_that_is_replayed_adds_nothing(
    warehouse_settings: Settings, tmp_path: Path, fake: FakeWeChat
):
    settings = replace(warehouse_settings, state_dir=tmp_path / "state")
    pull_everything(settings, fake)
    first = load(settings, "official_account")
    for path in list(settings.landing_dir.rglob("*.jsonl")):
        path.rename(path.with_name(f"again-{path.name}"))
    again = load(settings, "official_account")
    assert (again.loaded, again.duplicate) == (0, first.loaded)


def test_pushes_of_every_kind_are_loaded(warehouse_settings: Settings, tmp_path: Path):
    bodies = {
        "service_account": [event(1, int(NOW)), event(2, int(NOW), "subscribe")],
        "mini_program": [
            (
                b"<xml><ToUserName>gh_0000000000a1</ToUserName><FromUserName>oP</FromUserName>"
                b"<CreateTime>1795105923</CreateTime><MsgType>event</MsgType>"
                b"<Event>user_authorization_revoke</Event><OpenID>oAAAA_fake</OpenID>"
                b"<AppID>wx00000000000000a1</AppID><RevokeInfo>8</RevokeInfo></xml>"
            ),
            (
                b'{"ToUserName": "gh_0000000000a1", "FromUserName": "oAAAA_fake", "CreateTime": '
                b'1795105923, "MsgType": "event", "Event": "subscribe_msg_popup_event", "List": []}'
            ),
            (
                b"<xml><ToUserName>gh_0000000000a1</ToUserName><FromUserName>oAAAA_fake</FromUserName>"
                b"<CreateTime>1795105923</CreateTime><MsgType>text</MsgType><Content>a\nb</Content>"
                b"<MsgId>12345678901234567890</MsgId></xml>"
            ),
        ],
        "wecom": [
            (
                b"<xml><ToUserName>ww00000000000000e1</ToUserName><FromUserName>sys</FromUserName>"
                b"<CreateTime>1795105923</CreateTime><MsgType>event</MsgType>"
                b"<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"
                b"<UserID>guide1</UserID><ExternalUserID>wm_fake_1</ExternalUserID></xml>"
            )
        ],
    }

    async def append() -> None:
        journal = Journal(tmp_path / "spool", "j", max_waiting_bytes=10**6)
        for kind, documents in bodies.items():
            account = PushAccount("x", kind, "", None)
            for push in map(read_push, documents):
                place = place_of(account, push.fields.get("Event", ""))
                await journal.append(Entry(place, push.file_format, str(DAY), push.line))
        await journal.close()

    asyncio.run(append())
    assert deliver_all(tmp_path / "spool", warehouse_settings.landing_dir) == 6
    counts = [load(warehouse_settings, source) for source in ("official_account", "mini_program")]
    assert [(each.loaded, each.quarantined) for each in counts] == [(3, 0), (3, 0)]


def test_a_pull_holds_its_account_in_the_database(
    warehouse_settings: Settings, tmp_path: Path, fake: FakeWeChat
):
    settings = replace(warehouse_settings, state_dir=tmp_path / "state")
    appid = "wx00000000000000b1"
    environ = {"C360_WECHAT_URL": fake.url, pulls.secret_variable(appid): SECRET}
    assert pulls.pullable(settings, environ) == {
        "followers": [appid], "tags": [appid], "statistics": [appid]
    }  # fmt: skip
    assert pulls.pull(settings, appid, "tags", environ=environ) == {"tags": 1}
    with connect(settings, "") as conn:
        stages = conn.execute("select stage, status, counts ->> 'tags' from ops.stage_run")
        assert stages.fetchall() == [(f"pull:{appid}", "done", "1")]
    with pytest.raises(Fatal, match=f"C360_WECHAT_SECRET_{appid.upper()}"):
        pulls.pull(settings, appid, "tags", environ={})
    with pytest.raises(Fatal, match="no account"):
        pulls.pull(settings, "wx0", "tags", environ=environ)
