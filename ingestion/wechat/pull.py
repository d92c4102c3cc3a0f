"""An account's pulls: which there are, where their files go, what a day without them costs."""

import fcntl
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.wechat.aggregates import AggregatePull
from ingestion.wechat.client import Client, Clock
from ingestion.wechat.connect import Credentials, open_client
from ingestion.wechat.followers import FollowerPull
from ingestion.wechat.statistics import MINI_PROGRAM, OFFICIAL_ACCOUNT, tasks_of
from ingestion.wechat.wecom import ContactPull
from ingestion.wechat.work_file import Origin, WorkFile
from warehouse.errors import Fatal

BEIJING = ZoneInfo("Asia/Shanghai")
_OFFICIAL = ("followers", "tags", "statistics")
PULLS: Mapping[str, tuple[str, ...]] = {
    "mini_program": ("statistics",),
    "service_account": _OFFICIAL,
    "subscription_account": _OFFICIAL,
    "wecom": ("contacts",),
}
"""What is pulled of each kind of account; of others nothing."""

NO_BACKFILL = "newest_portrait"
RESUMED_DAYS = 3
"""How long an unfinished pull is gone on with."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deployment:
    """Where files go, and the clock. `environ` may name another server than WeChat's."""

    landing_dir: Path
    state_dir: Path
    clock: Clock
    environ: Mapping[str, str] = field(repr=False)

    def today(self) -> date:
        """The calendar day in Beijing."""
        return datetime.fromtimestamp(self.clock.now(), BEIJING).date()


@dataclass(frozen=True)
class AccountPull:
    """The pulls of one account on one day; `day` is the day asked about, the last one by default.

    `is_again` pulls also what has landed today.
    """

    deployment: Deployment
    credentials: Credentials
    day: date | None = None
    is_again: bool = False

    def run(self, what: str) -> dict[str, int]:
        """Pulls one of `PULLS`; gives counts, and no value of the data.

        Raises:
            Retryable, Fatal: of the call that failed; the next run goes on there.
        """
        account = self.credentials.account
        pulls: dict[str, Callable[[Client], dict[str, int]]] = {
            "followers": self._followers,
            "tags": self._tags,
            "contacts": self._contacts,
            "statistics": self._statistics,
        }
        if what not in PULLS.get(account.kind, ()):
            raise Fatal(f"{account.appid} is a {account.kind}: there is no pull of {what}")
        deployment = self.deployment
        folder = deployment.state_dir / "pulls"
        with (
            _alone(folder, account.appid),
            open_client(self.credentials, folder, deployment.clock, deployment.environ) as client,
        ):
            self._remove_old_work()
            return pulls[what](client)

    def _followers(self, client: Client) -> dict[str, int]:
        day = self._begun_on("user_get")
        ids = self._file("official_account/follower_ids", "user_get", day)
        details = self._file("official_account/followers", "batchget", day)
        if self._has_landed(details):
            return {"present": 1}
        counts = FollowerPull(client, self._origin(ids), ids, details).run()
        # Details first: while they are missing, the next run still finds the list.
        details.finish(self.deployment.landing_dir)
        ids.finish(self.deployment.landing_dir)
        return counts

    def _tags(self, client: Client) -> dict[str, int]:
        file = self._file("official_account/tags", "tags_get", self.deployment.today())
        if self._has_landed(file):
            return {"present": 1}
        reply = client.get("cgi-bin/tags/get")
        file.path.unlink(missing_ok=True)
        file.add(self._origin(file), "tags/get", {}, 1, reply)
        file.finish(self.deployment.landing_dir)
        return {"tags": len(reply.document.get("tags", ()))}

    def _contacts(self, client: Client) -> dict[str, int]:
        day = self._begun_on("get_by_user")
        file = self._file("official_account/wecom_contacts", "get_by_user", day)
        if self._has_landed(file):
            return {"present": 1}
        counts = ContactPull(client, self._origin(file), file).run()
        file.finish(self.deployment.landing_dir)
        return counts

    def _statistics(self, client: Client) -> dict[str, int]:
        is_mini_program = self.credentials.account.kind == "mini_program"
        place = "mini_program/analytics" if is_mini_program else "official_account/statistics"
        yesterday = self.deployment.today() - timedelta(days=1)
        day = self.day or yesterday
        pull = AggregatePull(
            client,
            self._new_origin(),
            self.deployment.landing_dir,
            self._work_dir(self.deployment.today()),
            f"{place}/{self.deployment.today()}",
            "%Y%m%d" if is_mini_program else "%Y-%m-%d",
            is_again=self.is_again,
        )
        catalogue = MINI_PROGRAM if is_mini_program else OFFICIAL_ACCOUNT
        counts = pull.run(tasks_of(catalogue, day, yesterday))
        if is_mini_program and day == yesterday:
            counts["missed"] += self._missed_days(day)
        if counts["missed"]:
            log.warning(
                "%s: %d days of figures are lost: WeChat gives portraits for yesterday only, so "
                "a pull has to succeed every day",
                self.credentials.account.appid,
                counts["missed"],
            )
        return counts

    def _missed_days(self, day: date) -> int:
        """Days between the last portrait pulled and this one; remembers this one."""
        path = self.deployment.state_dir / "pulls" / f"portrait-{self.credentials.account.appid}"
        newest = day
        if path.exists():
            newest = date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))[NO_BACKFILL])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({NO_BACKFILL: day.isoformat()}), encoding="utf-8")
        return max(0, (day - newest).days - 1)

    def _begun_on(self, name: str) -> date:
        """The day of an unfinished pull of the last days, such as one that met its quota; today."""
        today = self.deployment.today()
        for age in range(1, RESUMED_DAYS + 1):
            day = today - timedelta(days=age)
            if self._file("", name, day).path.exists():
                return day
        return today

    def _file(self, place: str, name: str, day: date) -> WorkFile:
        full_name = f"{name}-{self.credentials.account.appid}.jsonl"
        path = self._work_dir(day) / f"{full_name}.part"
        return WorkFile(path, f"{place}/{day}/{full_name}")

    def _has_landed(self, file: WorkFile) -> bool:
        return not self.is_again and (self.deployment.landing_dir / file.place).exists()

    def _origin(self, file: WorkFile) -> Origin:
        """The origin of what the file holds already, so that a pull stays one pull."""
        first = next(file.pages(), None)
        new = self._new_origin()
        return Origin(new.appid, first["pulled_at"]) if first else new

    def _new_origin(self) -> Origin:
        now = datetime.fromtimestamp(self.deployment.clock.now(), UTC)
        return Origin(self.credentials.account.appid, now.isoformat(timespec="seconds"))

    def _work_dir(self, day: date) -> Path:
        account = self.credentials.account.appid
        return self.deployment.state_dir / "pulls" / account / day.isoformat()

    def _remove_old_work(self) -> None:
        """What was begun too long ago is no state of one time any more."""
        oldest = self._work_dir(self.deployment.today() - timedelta(days=RESUMED_DAYS))
        if oldest.parent.is_dir():
            for folder in oldest.parent.iterdir():
                if folder.name < oldest.name:
                    shutil.rmtree(folder)


@contextmanager
def _alone(folder: Path, appid: str) -> Iterator[None]:
    """Waits for another pull of the account on this machine: both would write the same files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"pull-{appid}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
