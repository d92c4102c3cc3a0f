"""One request to one push on disk: who, whether signed, what, new or a repetition."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingestion.receiver.journal import Entry, Journal, JournalFullError
from ingestion.receiver.push import DocumentError, Push, read_push, unread_push
from ingestion.receiver.routing import PushAccount, place_of
from ingestion.receiver.signature import EnvelopeError, is_signed, open_envelope

if TYPE_CHECKING:
    import asyncio

LANDING_ZONE = ZoneInfo("Asia/Shanghai")
REMEMBERED_PUSHES = 100_000
"""Repetitions come within seconds; what is forgotten, the loader counts as a duplicate."""

MAX_ECHO_CHARACTERS = 1024

Query = Mapping[str, str]


class RefusedError(Exception):
    """A request that is not taken: status and reason, nothing of what it held."""

    def __init__(self, status: int, reason: str) -> None:
        """`reason` is one of a few fixed words."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass
class Intake:
    """Takes the pushes of the accounts into a journal.

    `clock` gives Unix seconds. `counts` has pushes by what became of them, for logs and health.
    """

    accounts: Mapping[str, PushAccount]
    journal: Journal
    clock: Callable[[], float]
    max_age_seconds: float
    counts: Counter[str] = field(default_factory=Counter)
    _known: OrderedDict[bytes, "asyncio.Future[None]"] = field(default_factory=OrderedDict)

    def echo(self, appid: str, query: Query) -> bytes:
        """The answer to the question with which WeChat tests a new address.

        Raises:
            RefusedError: the account is unknown, or the question is not signed by its token.
        """
        account = self._account(appid)
        text = query.get("echostr", "")
        if not text or len(text) > MAX_ECHO_CHARACTERS:
            raise RefusedError(400, "no_echostr")
        if "msg_signature" in query:
            return self._open(account, query, text)
        self._check_signature(account, query, query.get("signature", ""))
        return text.encode()

    async def take(self, appid: str, query: Query, body: bytes) -> None:
        """Returns when the push is on disk, or was already.

        Raises:
            RefusedError: 4xx when it is no push of the account, 503 when it could not be written
                in time and has to come again.
        """
        account = self._account(appid)
        push = self._push(account, query, body)
        digest = hashlib.sha256(appid.encode() + push.line).digest()
        known = self._known.get(digest)
        if known is None or _has_failed(known):
            self._known[digest] = known = self._append(account, push)
            self._forget_oldest()
            outcome = "taken"
        else:
            outcome = "repeated"
        await _on_disk(known)
        self.counts[outcome] += 1

    def _push(self, account: PushAccount, query: Query, body: bytes) -> Push:
        if account.key is None:
            self._check_signature(account, query, query.get("signature", ""))
            return _checked(body)
        message = self._open(account, query, _checked(body).fields.get("Encrypt", ""))
        try:
            return read_push(message)
        except DocumentError:
            # Signed as a whole, so it is WeChat's: kept, and the loader says what is wrong with it.
            return unread_push(message)

    def _open(self, account: PushAccount, query: Query, envelope: str) -> bytes:
        if account.key is None or not envelope:
            raise RefusedError(400, "no_envelope")
        self._check_signature(account, query, query.get("msg_signature", ""), envelope)
        try:
            return open_envelope(account.key, envelope, account.appid)
        except EnvelopeError:
            raise RefusedError(403, "bad_envelope") from None

    def _check_signature(
        self, account: PushAccount, query: Query, signature: str, *more: str
    ) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not (signature and timestamp and nonce):
            raise RefusedError(400, "no_signature")
        if not is_signed(signature, account.token, timestamp, nonce, *more):
            raise RefusedError(403, "bad_signature")
        is_number = timestamp.isascii() and timestamp.isdecimal()
        if not is_number or abs(self.clock() - int(timestamp)) > self.max_age_seconds:
            raise RefusedError(403, "old_timestamp")

    def _account(self, appid: str) -> PushAccount:
        account = self.accounts.get(appid)
        if account is None:
            raise RefusedError(404, "unknown_account")
        return account

    def _append(self, account: PushAccount, push: Push) -> "asyncio.Future[None]":
        day = datetime.fromtimestamp(self.clock(), UTC).astimezone(LANDING_ZONE).date()
        place = place_of(account, push.fields.get("Event", ""))
        try:
            return self.journal.append(Entry(place, push.file_format, day.isoformat(), push.line))
        except JournalFullError:
            raise RefusedError(503, "too_busy") from None

    def _forget_oldest(self) -> None:
        while len(self._known) > REMEMBERED_PUSHES:
            self._known.popitem(last=False)


def _checked(body: bytes) -> Push:
    try:
        return read_push(body)
    except DocumentError:
        raise RefusedError(400, "bad_document") from None


def _has_failed(written: "asyncio.Future[None]") -> bool:
    return written.done() and written.exception() is not None


async def _on_disk(written: "asyncio.Future[None]") -> None:
    try:
        await written
    except TimeoutError:
        raise RefusedError(503, "too_slow") from None
    except OSError:
        raise RefusedError(503, "not_written") from None
