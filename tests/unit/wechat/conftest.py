"""A pull against a WeChat of our own, with a clock that waiting moves on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.wechat.client import Clock
from ingestion.wechat.connect import credentials_of
from ingestion.wechat.pull import AccountPull, Deployment
from settings import Account
from tests.fake_wechat import SECRET, FakeWeChat, serving

APPIDS = {
    "service_account": "wx00000000000000b1",
    "mini_program": "wx00000000000000a1",
    "wecom": "ww00000000000000e1",
}
TODAY = date(2026, 11, 20)


@dataclass
class Time:
    """Unix seconds, and how long was waited."""

    now_seconds: float = datetime(2026, 11, 20, 1, 0, tzinfo=UTC).timestamp()
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.now_seconds

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_seconds += seconds


@dataclass
class Puller:
    """Pulls of an account, and what landed."""

    fake: FakeWeChat
    folder: Path
    time: Time

    def pull(
        self,
        what: str,
        kind: str = "service_account",
        day: date | None = None,
        *,
        is_again: bool = False,
    ) -> dict[str, int]:
        account = Account.model_construct(appid=APPIDS[kind], kind=kind)
        variable = f"C360_WECHAT_SECRET_{account.appid.upper()}"
        environ = {variable: SECRET, "C360_WECHAT_URL": self.fake.url}
        credentials = credentials_of(account, environ)
        assert credentials
        clock = Clock(self.time.now, self.time.sleep)
        deployment = Deployment(self.folder / "landing", self.folder / "state", clock, environ)
        return AccountPull(deployment, credentials, day, is_again).run(what)

    def files(self) -> dict[str, list[dict[str, Any]]]:
        landing = self.folder / "landing"
        return {
            path.relative_to(landing).as_posix(): [
                json.loads(line) for line in path.read_text().splitlines()
            ]
            for path in sorted(landing.rglob("*.*"))
        }

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record for name, file in self.files().items() if f"/{kind}/" in name
                for record in file]  # fmt: skip

    def openids(self) -> list[str]:
        """Of whom details landed."""
        return [
            info["openid"]
            for record in self.records("followers")
            for info in record["reply"].get("user_info_list", ())
        ]


@pytest.fixture
def puller(tmp_path: Path) -> Iterator[Puller]:
    followers = [f"oBBBB_fake-{number:06}" for number in range(730)]
    with serving(FakeWeChat(followers, page_size=250)) as fake:
        yield Puller(fake, tmp_path, Time())
