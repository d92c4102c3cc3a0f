"""The access token of an account: one holder, who asks; all others wait for what he got.

Two callers at once would each spend quota, and with a forced refresh each would end the other's
token. So the token lives in a file of the state directory, read and renewed under a lock.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import Fatal

EARLY_SECONDS = 300.0
"""How long before its end a token is renewed; the old one stays valid for so long."""

FORCED_SECONDS = 30.0
FORCED_A_DAY = 20
DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Token:
    """A token and when it ends, in Unix seconds. Never shown."""

    value: str = field(repr=False)
    ends_at: float


Ask = Callable[[bool], Token]
"""Asks WeChat for a token; with True a new one even if the last is valid."""


@dataclass(frozen=True)
class TokenHolder:
    """The token of one account on this machine."""

    folder: Path
    appid: str
    ask: Ask = field(repr=False)
    clock: Callable[[], float]

    def token(self) -> str:
        """A token that is valid for some minutes yet.

        Raises:
            Retryable, Fatal: as the asking does.
        """
        with self._locked() as kept:
            if float(str(kept.get("ends_at", 0))) - EARLY_SECONDS <= self.clock():
                self._renew(kept, is_forced=False)
            return str(kept["value"])

    def after(self, refused: str) -> str:
        """Another token than the refused one: what somebody else got meanwhile, else a new one.

        Raises:
            Fatal: a new one was forced too often; the secret is used elsewhere too.
        """
        with self._locked() as kept:
            if kept.get("value") == refused:
                self._renew(kept, is_forced=False)
            if kept.get("value") == refused:
                self._force(kept)
            return str(kept["value"])

    def _force(self, kept: dict[str, object]) -> None:
        now = self.clock()
        forced = [at for at in _times(kept) if at > now - DAY_SECONDS]
        if len(forced) >= FORCED_A_DAY or (forced and now - forced[-1] < FORCED_SECONDS):
            raise Fatal(
                f"{self.appid}: WeChat refuses the token again and again; does another system ask "
                "for tokens with the same secret?"
            )
        kept["forced"] = [*forced, now]
        self._renew(kept, is_forced=True)

    def _renew(self, kept: dict[str, object], *, is_forced: bool) -> None:
        token = self.ask(is_forced)
        kept["value"], kept["ends_at"] = token.value, token.ends_at
        draft = self._path().with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(self._path())

    @contextmanager
    def _locked(self) -> Iterator[dict[str, object]]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path().with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield self._kept()
        finally:
            os.close(descriptor)

    def _kept(self) -> dict[str, object]:
        try:
            kept: dict[str, object] = json.loads(self._path().read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return kept

    def _path(self) -> Path:
        return self.folder / f"token-{self.appid}.json"


def _times(kept: dict[str, object]) -> list[float]:
    times = kept.get("forced", [])
    return [float(at) for at in times] if isinstance(times, list) else []
