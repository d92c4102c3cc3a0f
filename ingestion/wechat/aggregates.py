"""The aggregates of an account that are due: one call, one landing file each."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.wechat.client import Client
from ingestion.wechat.errors import NotReadyError, OutOfRangeError
from ingestion.wechat.statistics import Task
from ingestion.wechat.work_file import Origin, WorkFile


@dataclass(frozen=True)
class AggregatePull:
    """Where the replies go: `folder` is `<source>/<kind>/<day>` below the landing zone."""

    client: Client
    origin: Origin
    landing_dir: Path
    work_dir: Path
    folder: str
    date_format: str
    is_again: bool = False

    def run(self, tasks: Iterable[Task]) -> dict[str, int]:
        """Pulls what has not landed yet, and tells what became of the tasks.

        `missed` counts days that WeChat does not give any more.

        Raises:
            NotReadyError: some figures are not computed yet; all others have landed.
            Retryable, Fatal: of the call that failed; the next run goes on there.
        """
        counts = {"pulled": 0, "present": 0, "missed": 0}
        not_ready = []
        for task in tasks:
            try:
                counts[self._pull(task)] += 1
            except OutOfRangeError:
                counts["missed"] += 1
            except NotReadyError:
                not_ready.append(task.statistic.endpoint)
        if not_ready:
            raise NotReadyError(
                f"{self.origin.appid}: {len(not_ready)} figures are not computed yet "
                f"({', '.join(sorted(set(not_ready)))}); the others have landed"
            )
        return counts

    def _pull(self, task: Task) -> str:
        name = f"{task.statistic.endpoint}-{self.origin.appid}-{task.begin}-{task.end}.jsonl"
        if not self.is_again and (self.landing_dir / self.folder / name).exists():
            return "present"
        endpoint = f"datacube/{task.statistic.endpoint}"
        requested = {
            "begin_date": task.begin.strftime(self.date_format),
            "end_date": task.end.strftime(self.date_format),
        }
        reply = self.client.post(endpoint, requested)
        file = WorkFile(self.work_dir / f"{name}.part", f"{self.folder}/{name}")
        file.path.unlink(missing_ok=True)
        file.add(self.origin, task.statistic.endpoint, requested, 1, reply)
        file.finish(self.landing_dir)
        return "pulled"
