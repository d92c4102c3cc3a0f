"""The ASGI application: `GET` and `POST /push/<appid>`, and `GET /health`.

Plain ASGI without a framework: it has one route, and 1,000 requests a second to answer.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ingestion.receiver.delivery import deliver_all
from ingestion.receiver.intake import Intake, Query, RefusedError
from warehouse.errors import PipelineError

MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 3.0
MAX_QUERY_BYTES = 4096
PREFIX = "/push/"
SUCCESS = b"success"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rotation:
    """When a journal becomes landing files, and where both are."""

    spool_dir: Path
    landing_dir: Path
    seconds: float = 60.0
    size_bytes: int = 32 * 1024 * 1024
    look_seconds: float = 0.5


@dataclass
class Receiver:
    """The application; see the module. Its life is that of the server's process."""

    intake: Intake
    rotation: Rotation
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _delivery_error: str = field(default="", init=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves one connection's request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            status, body = await self._answer(scope, receive)
            await send({"type": "http.response.start", "status": status, "headers": _headers(body)})
            await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        path, method = scope["path"], scope["method"]
        if path == "/health":
            return self._health()
        try:
            if not path.startswith(PREFIX):
                raise RefusedError(404, "unknown_path")  # noqa: TRY301 - refused like all others
            return 200, await self._serve(method, path.removeprefix(PREFIX), scope, receive)
        except RefusedError as refusal:
            self.intake.counts[refusal.reason] += 1
            return refusal.status, refusal.reason.encode()

    async def _serve(self, method: str, appid: str, scope: Message, receive: Receive) -> bytes:
        query = _query(scope["query_string"])
        if method == "GET":
            return self.intake.echo(appid, query)
        if method != "POST":
            raise RefusedError(405, "wrong_method")
        body = await _body(scope, receive)
        await self.intake.take(appid, query, body)
        return SUCCESS

    def _health(self) -> tuple[int, bytes]:
        state = {"status": self._delivery_error or "ok", "counts": dict(self.intake.counts)}
        return 503 if self._delivery_error else 200, json.dumps(state).encode()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # What an earlier process left behind, before anything new.
                await self._deliver()
                self._task = asyncio.create_task(self._rotate_for_ever())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            # Not cancelled: a delivery that is under way has to end first.
            await self._task
        await self.intake.journal.close()
        await self._deliver()

    async def _rotate_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        while not await self._is_stopping(self.rotation.look_seconds):
            is_old = loop.time() - started >= self.rotation.seconds
            if is_old or self.intake.journal.size_bytes >= self.rotation.size_bytes:
                started = loop.time()
                await self.intake.journal.rotate()
                await self._deliver()

    async def _is_stopping(self, wait_seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), wait_seconds)
        return self._stopping.is_set()

    async def _deliver(self) -> None:
        """Failures are told and tried again at the next rotation; the journals stay on disk."""
        rotation = self.rotation
        try:
            count = await asyncio.to_thread(deliver_all, rotation.spool_dir, rotation.landing_dir)
        except (OSError, PipelineError) as error:
            self._delivery_error = f"landing failed ({type(error).__name__})"
            log.error("%s; journals wait in %s", self._delivery_error, rotation.spool_dir)  # noqa: TRY400 - a traceback may show values
            return
        self._delivery_error = ""
        if count:
            log.info("landed %d pushes; since start: %s", count, dict(self.intake.counts))


def _query(text: bytes) -> Query:
    if len(text) > MAX_QUERY_BYTES:
        raise RefusedError(414, "query_too_long")
    try:
        return dict(parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise RefusedError(400, "bad_query") from None


async def _body(scope: Message, receive: Receive) -> bytes:
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if not announced.isdigit() or int(announced) > MAX_BODY_BYTES:
        raise RefusedError(413, "body_too_large")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        raise RefusedError(408, "body_too_slow") from None


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "gone")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise RefusedError(413, "body_too_large")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", str(len(body)).encode()),
    ]
