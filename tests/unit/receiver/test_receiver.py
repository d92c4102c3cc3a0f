"""The application over ASGI: what is taken, where it lands, what is refused."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from benchmarks.push_sender import (
    APPID,
    KEY,
    TOKEN,
    event,
    plain_query,
    sealed,
    sealed_body,
    sealed_query,
    signature,
)
from ingestion.receiver import app as receiver_app
from ingestion.receiver.app import Receiver, Rotation
from ingestion.receiver.delivery import deliver_all
from ingestion.receiver.intake import Intake
from ingestion.receiver.journal import Journal
from ingestion.receiver.routing import push_accounts
from settings import Account, ConfigError

NOW = 1_795_105_923  # 2026-11-20 in Shanghai
PLAIN, MINI, WECOM = "wx00000000000000b2", "wx00000000000000a1", "ww00000000000000e1"
KINDS = {APPID: "service_account", PLAIN: "subscription_account", MINI: "mini_program",
         WECOM: "wecom"}  # fmt: skip
Client = httpx.AsyncClient
Run = Callable[[Callable[[Client], Awaitable[Any]]], Any]


def account(appid: str, kind: str) -> Account:
    names = {"open_platform": "op", "name_zh": "名", "name_en": "name"}
    return Account.model_construct(appid=appid, kind=kind, **names)


ACCOUNTS = [account(appid, kind) for appid, kind in KINDS.items()]
ENVIRON = {f"C360_PUSH_TOKEN_{appid.upper()}": TOKEN for appid in KINDS} | {
    f"C360_PUSH_KEY_{appid.upper()}": KEY for appid in KINDS if appid != PLAIN
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a conversation with a live receiver; afterwards everything has landed."""

    def conversation(talk: Callable[[Client], Awaitable[Any]]) -> Any:  # noqa: ANN401
        return asyncio.run(_serve(tmp_path, talk))

    return conversation


async def _serve(folder: Path, talk: Callable[[Client], Awaitable[Any]]) -> Any:  # noqa: ANN401
    journal = Journal(folder / "spool", "j", max_waiting_bytes=10**7)
    intake = Intake(push_accounts(ACCOUNTS, ENVIRON), journal, lambda: NOW, 600)
    app = Receiver(intake, rotation(folder))
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401
        sent.append(message)

    await inbox.put({"type": "lifespan.startup"})
    life = asyncio.create_task(app({"type": "lifespan"}, inbox.get, send))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with Client(transport=transport, base_url="http://receiver") as client:
        result = await talk(client)
    await inbox.put({"type": "lifespan.shutdown"})
    await life
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete", "lifespan.shutdown.complete"
    ]  # fmt: skip
    return result


def rotation(folder: Path) -> Rotation:
    """With the class's defaults, which a test may replace."""
    seconds = (Rotation.seconds, Rotation.size_bytes, Rotation.look_seconds)
    return Rotation(folder / "spool", folder / "landing", *seconds)


def landed(folder: Path) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for path in sorted((folder / "landing").rglob("*.*")):
        found["/".join(path.parts[-4:-1]) + path.suffix] = path.read_bytes().splitlines()
    return found


async def post_sealed(
    client: Client, message: bytes, appid: str = APPID, **changes: str
) -> httpx.Response:
    envelope = sealed(message, appid)
    query = sealed_query(envelope, NOW) | changes
    return await client.post(f"/push/{appid}", params=query, content=sealed_body(envelope))


def test_a_sealed_push_is_answered_and_lands_byte_by_byte(run: Run, tmp_path: Path):
    answer = run(lambda client: post_sealed(client, event(1, NOW)))
    assert (answer.status_code, answer.text) == (200, "success")
    assert landed(tmp_path) == {"official_account/pushes/2026-11-20.xml": [event(1, NOW)]}


def test_a_repetition_is_answered_and_lands_once(run: Run, tmp_path: Path):
    async def talk(client: Client) -> list[int]:
        answers = await asyncio.gather(*(post_sealed(client, event(1, NOW)) for _ in range(5)))
        answers.append(await post_sealed(client, event(1, NOW)))
        # Same person, second and event, but another content: nothing to lose.
        answers.append(await post_sealed(client, event(1, NOW).replace(b"SH001", b"SH002")))
        return [answer.status_code for answer in answers]

    assert run(talk) == [200] * 7
    assert len(landed(tmp_path)["official_account/pushes/2026-11-20.xml"]) == 2


def test_pushes_land_by_account_and_event(run: Run, tmp_path: Path):
    privacy = event(1, NOW, "user_authorization_revoke")
    granted = b'{"Event": "subscribe_msg_popup_event", "FromUserName": "oA", "List": []}'
    chat = b"<xml><MsgType>text</MsgType><MsgId>7</MsgId></xml>"
    customer = b"<xml><Event>change_external_contact</Event></xml>"

    async def talk(client: Client) -> None:
        for message in (privacy, granted, chat):
            await post_sealed(client, message, MINI)
        await post_sealed(client, customer, WECOM)
        body = event(2, NOW)
        await client.post(f"/push/{PLAIN}", params=plain_query(NOW), content=body)
        await client.post(f"/push/{APPID}", params={"no": "signature"}, content=body)

    run(talk)
    assert landed(tmp_path) == {
        "mini_program/privacy/2026-11-20.xml": [privacy],
        "mini_program/pushes/2026-11-20.xml": [chat],
        "mini_program/subscriptions/2026-11-20.jsonl": [granted],
        "official_account/pushes/2026-11-20.xml": [event(2, NOW)],
        "official_account/wecom_pushes/2026-11-20.xml": [customer],
    }


def test_what_is_signed_as_a_whole_is_kept_even_when_it_cannot_be_read(run: Run, tmp_path: Path):
    assert run(lambda client: post_sealed(client, b"<xml>\n<broken")).status_code == 200
    assert landed(tmp_path) == {"official_account/pushes/2026-11-20.xml": [b"<xml> <broken"]}


def test_a_new_address_is_confirmed_in_both_modes(run: Run):
    async def talk(client: Client) -> list[str]:
        plain = plain_query(NOW) | {"echostr": "4711"}
        envelope = sealed(b"4712", WECOM)
        closed = sealed_query(envelope, NOW) | {"echostr": envelope}
        first = await client.get(f"/push/{APPID}", params=plain)
        second = await client.get(f"/push/{WECOM}", params=closed)
        return [first.text, second.text]

    assert run(talk) == ["4711", "4712"]


def refused() -> dict[str, tuple[int, str, dict[str, Any]]]:
    """Requests by what is wrong with them: status, reason, arguments of the request."""
    envelope = sealed(event(1, NOW))
    good = {"params": sealed_query(envelope, NOW), "content": sealed_body(envelope)}
    plain = {"url": f"/push/{PLAIN}", "params": plain_query(NOW)}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>'
    other = sealed(event(1, NOW), "wx00000000000000b9")
    noise = "n" * 44
    return {
        "other path": (404, "unknown_path", good | {"url": "/elsewhere"}),
        "other account": (404, "unknown_account", good | {"url": "/push/wx0"}),
        "other method": (405, "wrong_method", good | {"method": "PUT"}),
        "no signature": (400, "no_signature", good | {"params": {"nonce": "n"}}),
        "wrong signature": (
            403, "bad_signature", good | {"params": good["params"] | {"msg_signature": "é" * 40}}
        ),
        "old": (403, "old_timestamp", good | {"params": sealed_query(envelope, NOW - 601)}),
        "early": (403, "old_timestamp", good | {"params": sealed_query(envelope, NOW + 601)}),
        "no time": (403, "old_timestamp", good | {"params": {
            "timestamp": "²", "nonce": "n", "msg_signature": signature(TOKEN, "²", "n", envelope)
        }}),
        "another account's": (403, "bad_envelope", {
            "params": sealed_query(other, NOW), "content": sealed_body(other)
        }),
        "no base64": (403, "bad_envelope", {
            "params": sealed_query(noise, NOW), "content": sealed_body(noise)
        }),
        "plain in AES mode": (400, "no_envelope", {
            "params": plain_query(NOW), "content": event(1, NOW)
        }),
        "entities": (400, "bad_document", good | {"content": bomb}),
        "entities, plain": (400, "bad_document", plain | {"content": bomb}),
        "no document": (400, "bad_document", plain | {"content": b"<xml"}),
        "empty": (400, "bad_document", plain | {"content": b""}),
        "huge": (413, "body_too_large", good | {"content": b"x" * 300_000}),
        "long query": (414, "query_too_long", good | {"params": {"a": "b" * 5000}}),
        "many fields": (400, "bad_query", good | {"params": {str(n): "1" for n in range(50)}}),
        "no echo": (400, "no_echostr", {"method": "GET", "params": plain_query(NOW)}),
    }  # fmt: skip


@pytest.mark.parametrize("name", refused())
def test_what_is_no_push_is_refused_cleanly_and_leaves_nothing(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
):
    status, reason, request = refused()[name]
    request = {"method": "POST", "url": f"/push/{APPID}"} | request
    with caplog.at_level(logging.DEBUG, "ingestion"):
        answer = run(lambda client: client.request(**request))
    assert (answer.status_code, answer.text) == (status, reason)
    assert landed(tmp_path) == {}
    assert "oBBBB" not in caplog.text


def test_a_body_that_grows_without_end_or_never_ends_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(receiver_app, "BODY_SECONDS", 0.05)

    async def endless() -> Any:  # noqa: ANN401
        while True:
            yield b"x" * 10_000

    async def stalled() -> Any:  # noqa: ANN401
        yield b"x"
        await asyncio.sleep(10)

    async def talk(client: Client) -> list[int]:
        query = urlencode(plain_query(NOW))
        bodies = (endless(), stalled())
        return [
            (await client.post(f"/push/{PLAIN}?{query}", content=body)).status_code
            for body in bodies
        ]

    assert run(talk) == [413, 408]


def test_health_counts_and_tells_of_a_landing_zone_that_cannot_be_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> int:
        raise OSError("disk full")

    async def talk(client: Client) -> tuple[int, dict[str, Any]]:
        await post_sealed(client, event(1, NOW))
        answer = await client.get("/health")
        return answer.status_code, answer.json()

    assert run(talk) == (200, {"status": "ok", "counts": {"taken": 1}})
    monkeypatch.setattr(receiver_app, "deliver_all", full)
    assert run(talk)[0] == 503
    monkeypatch.undo()
    assert len(list((tmp_path / "spool").iterdir())) == 1


def test_a_stop_waits_for_a_delivery_that_is_under_way(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def slowly(*places: Path) -> int:
        time.sleep(0.3)
        return deliver_all(*places)

    async def talk(client: Client) -> None:
        await post_sealed(client, event(1, NOW))
        monkeypatch.setattr(receiver_app, "deliver_all", slowly)
        await asyncio.sleep(0.1)

    monkeypatch.setattr(receiver_app.Rotation, "seconds", 0.0)
    monkeypatch.setattr(receiver_app.Rotation, "look_seconds", 0.05)
    run(talk)
    assert list((tmp_path / "spool").iterdir()) == []
    assert len(landed(tmp_path)["official_account/pushes/2026-11-20.xml"]) == 1


def test_secrets_are_never_shown_and_a_wrong_key_is_told_by_its_name():
    found = push_accounts(ACCOUNTS, ENVIRON)
    assert TOKEN not in repr(found)
    for wrong in ({f"C360_PUSH_KEY_{APPID.upper()}": KEY},
                  ENVIRON | {f"C360_PUSH_KEY_{APPID.upper()}": "short"}):  # fmt: skip
        with pytest.raises(ConfigError, match=f"C360_PUSH_KEY_{APPID.upper()}") as error:
            push_accounts(ACCOUNTS, wrong)
        assert KEY not in str(error.value)
    assert push_accounts(ACCOUNTS, {}) == {}
