"""A client for an account, and how each platform gives its token."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ingestion.wechat.client import (
    FIRST_WAIT_SECONDS,
    MAX_TRIES,
    TIMEOUT_SECONDS,
    Client,
    Clock,
    Reply,
    read_reply,
)
from ingestion.wechat.errors import BUSY, OK, of_code
from ingestion.wechat.token import Token, TokenHolder
from settings import Account
from warehouse.errors import Fatal, Retryable

OFFICIAL_URL = "https://api.weixin.qq.com"
WECOM_URL = "https://qyapi.weixin.qq.com"
URL_VARIABLE = "C360_WECHAT_URL"
USUAL_SECONDS = 7200


@dataclass(frozen=True)
class Credentials:
    """An account and its secret, which is never shown."""

    account: Account
    secret: str = field(repr=False)


def credentials_of(account: Account, environ: Mapping[str, str]) -> Credentials | None:
    """The credentials of an account whose secret is in `C360_WECHAT_SECRET_<APPID>`."""
    secret = environ.get(secret_variable(account.appid), "")
    return Credentials(account, secret) if secret else None


def secret_variable(appid: str) -> str:
    """The variable that holds an account's secret."""
    return f"C360_WECHAT_SECRET_{appid.upper()}"


@contextmanager
def open_client(
    credentials: Credentials, folder: Path, clock: Clock, environ: Mapping[str, str]
) -> Iterator[Client]:
    """A client of the account; its token is kept in `folder`."""
    is_wecom = str(credentials.account.kind) == "wecom"
    url = environ.get(URL_VARIABLE) or (WECOM_URL if is_wecom else OFFICIAL_URL)
    with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=False) as http:
        ask = _wecom_request if is_wecom else _stable_request

        def ask_now(is_forced: bool) -> Token:  # noqa: FBT001 - a callback
            return _asked(http, ask(http, credentials, is_forced), credentials, clock)

        appid = credentials.account.appid
        yield Client(http, TokenHolder(folder, appid, ask_now, clock.now), clock)


def _stable_request(
    http: httpx.Client,
    credentials: Credentials,
    is_forced: bool,  # noqa: FBT001 - a callback
) -> httpx.Request:
    body = {
        "grant_type": "client_credential",
        "appid": credentials.account.appid,
        "secret": credentials.secret,
        "force_refresh": is_forced,
    }
    return http.build_request("POST", "/cgi-bin/stable_token", json=body)


def _wecom_request(
    http: httpx.Client,
    credentials: Credentials,
    is_forced: bool,  # noqa: ARG001, FBT001 - WeCom gives the same token until it ends
) -> httpx.Request:
    params = {"corpid": credentials.account.appid, "corpsecret": credentials.secret}
    return http.build_request("GET", "/cgi-bin/gettoken", params=params)


def _asked(
    http: httpx.Client, request: httpx.Request, credentials: Credentials, clock: Clock
) -> Token:
    place = f"{credentials.account.appid} token"
    asked_at = clock.now()
    for attempt in range(MAX_TRIES):
        if attempt:
            clock.sleep(FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
        reply = _sent(http, request)
        code = reply.document.get("errcode", OK) if reply is not None else BUSY
        if reply is not None and code == OK:
            return _token(reply, asked_at, place)
        if reply is not None and code != BUSY:
            raise of_code(code, place)
    raise Retryable(f"{place}: no token in {MAX_TRIES} tries; is WeChat reachable?")


def _sent(http: httpx.Client, request: httpx.Request) -> Reply | None:
    try:
        return read_reply(http.send(request))
    except httpx.TransportError:
        return None


def _token(reply: Reply, asked_at: float, place: str) -> Token:
    value = reply.document.get("access_token")
    if not isinstance(value, str) or not value:
        raise Fatal(f"{place}: the reply holds no token")
    return Token(value, asked_at + float(reply.document.get("expires_in", USUAL_SECONDS)))
