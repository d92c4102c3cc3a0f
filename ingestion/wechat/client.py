"""One call to WeChat: with a token, at a bearable pace, tried again where that helps."""

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ingestion.wechat.errors import BUSY, MINUTE_LIMIT, OK, TOKEN_CODES, of_code
from ingestion.wechat.token import TokenHolder
from warehouse.errors import Retryable

TIMEOUT_SECONDS = 20.0
MAX_TRIES = 5
FIRST_WAIT_SECONDS = 1.0
MINUTE_SECONDS = 60.0
CALLS_PER_MINUTE = 600

# Both log addresses, and an address carries the token.
for name in ("httpx", "httpcore"):
    logging.getLogger(name).setLevel(logging.WARNING)

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """A reply as it came, on one line, and what it says."""

    text: str
    document: Json


@dataclass(frozen=True)
class Clock:
    """The time in Unix seconds, and how to wait."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass
class Client:
    """Calls the API of one account. Thread-safe it is not."""

    http: httpx.Client = field(repr=False)
    tokens: TokenHolder
    clock: Clock
    _recent: deque[float] = field(default_factory=deque)

    def get(self, endpoint: str, **params: str) -> Reply:
        """A call without a body. Raises as `post`."""
        return self._call("GET", endpoint, params, None)

    def post(self, endpoint: str, body: Json) -> Reply:
        """A call whose reply has no error code, or 0.

        Raises:
            Retryable: the network or WeChat is away or busy, also after some tries.
            NotReadyError, DailyQuotaError, OutOfRangeError, BadOpenidError: see `errors`.
            Fatal: any other code; the message says what to do.
        """
        return self._call("POST", endpoint, {}, body)

    def _call(
        self, method: str, endpoint: str, params: Mapping[str, str], body: Json | None
    ) -> Reply:
        place = f"{self.tokens.appid} {endpoint}"
        token = self.tokens.token()
        is_renewed = False
        for attempt in range(1, MAX_TRIES + 1):
            request = self.http.build_request(
                method, f"/{endpoint}", params={"access_token": token, **params}, json=body
            )
            reply = self._send(request)
            code = _code(reply)
            if reply is not None and code == OK:
                return reply
            if code in TOKEN_CODES and not is_renewed:
                token, is_renewed = self.tokens.after(token), True
            elif reply is not None and code not in {BUSY, MINUTE_LIMIT}:
                raise of_code(code, place)
            elif attempt < MAX_TRIES:
                self._wait(code, attempt)
        if reply is None:
            raise Retryable(f"{place}: no whole reply in {MAX_TRIES} tries; is WeChat reachable?")
        raise of_code(code, place)

    def _send(self, request: httpx.Request) -> Reply | None:
        """The reply; None when there was none, or it was cut."""
        self._keep_pace()
        try:
            return read_reply(self.http.send(request))
        except httpx.TransportError:
            # Its text may hold the address, and with it the token.
            return None

    def _wait(self, code: int, attempt: int) -> None:
        is_limit = code == MINUTE_LIMIT
        self.clock.sleep(MINUTE_SECONDS if is_limit else FIRST_WAIT_SECONDS * 2 ** (attempt - 1))

    def _keep_pace(self) -> None:
        now = self.clock.now()
        while self._recent and self._recent[0] <= now - MINUTE_SECONDS:
            self._recent.popleft()
        if len(self._recent) >= CALLS_PER_MINUTE:
            self.clock.sleep(self._recent[0] + MINUTE_SECONDS - now)
        self._recent.append(self.clock.now())


def read_reply(response: httpx.Response) -> Reply | None:
    """The reply of a response; None when it is no whole JSON object."""
    if response.status_code != httpx.codes.OK:
        return None
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    # In well-formed JSON line ends stand between tokens only.
    text = response.content.decode("utf-8-sig").replace("\n", " ").replace("\r", " ")
    return Reply(text, document)


def _code(reply: Reply | None) -> int:
    code = reply.document.get("errcode", OK) if reply is not None else BUSY
    return code if isinstance(code, int) else BUSY
