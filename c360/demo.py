"""The demonstration: a made-up brand goes through a real Airflow, from landing files to a summary.

The history is loaded as one window run per source, the last two days as daily runs. Everything
is idempotent: a second demonstration finds the files there and loaded, and ends in seconds.
"""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from c360 import airflow_processes
from c360.airflow_environment import ADMIN, password_file
from c360.chain_watch import CHAIN, wait_for_chain
from c360.summary import print_summary
from settings import Settings, enabled_sources, load_settings
from warehouse.bootstrap import start_database
from warehouse.errors import Fatal
from warehouse.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from c360.airflow_client import AirflowClient

RUN_SECONDS = 900
DAGS_SECONDS = 120
DAILY_RUNS = 2
SEED = 20261121
LAST_DAY = date(2026, 11, 21)

console = Console()


@dataclass(frozen=True)
class Brand:
    """How large the made-up brand is."""

    people: int = 5000
    days: int = 30
    seed: int = SEED
    last_day: date = LAST_DAY


def run_demo(brand: Brand = Brand()) -> None:
    """Bring everything up, load the brand, wait for its marts, print the summary.

    Raises:
        Retryable: a process did not start or a run did not end in time.
        Fatal: a run failed or a gate blocked it, or the landing folder holds other files.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    with _step("PostgreSQL"):
        settings = start_database(load_settings())
        migrate(settings)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Airflow's processes come up on another core while the brand is written.
        airflow = beside.submit(airflow_processes.start, settings, lambda _: None)
        with _step(f"sample of {brand.people:,} people, {brand.days} days") as report:
            first_day = _landed_sample(settings, brand, report)
        with _step("Airflow: scheduler, dag-processor, api-server"):
            api = airflow.result()
            _unpause(settings, api)
    history_end = brand.last_day - timedelta(days=DAILY_RUNS)
    _load(settings, api, first_day, history_end)
    for age in range(DAILY_RUNS - 1, -1, -1):
        day = brand.last_day - timedelta(days=age)
        _load(settings, api, day, day)
    with _step("maintenance: partitions, retention, statistics"):
        _wait_for(api, "maintenance", api.trigger("maintenance"))
    print_summary(settings, console=console, since=started_at)
    console.print(
        f"\nDone in {time.monotonic() - started:.0f} s. Airflow: {api.address} "
        f"(user {ADMIN}, password in {password_file(settings)}). Stop everything: c360 down",
        highlight=False,
    )


def _landed_sample(settings: Settings, brand: Brand, report: Callable[[str], None]) -> date:
    """Write the brand's landing files unless they are there; returns the first landing day."""
    landing, out = settings.landing_dir, settings.landing_dir.parent
    done, wanted = out / "truth" / "brand.json", json.dumps(asdict(brand), default=str)
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        if any(landing.glob("*/*")) or landing.name != "landing":
            raise Fatal(
                f"the demonstration does not mix its brand with what is in {landing}: set "
                "C360_STATE_DIR to an empty folder, or remove it together with `c360 reset`"
            )
        from sample_data import write_sample  # noqa: PLC0415 - only the first demo needs it

        # It appears whole or not at all: a half-written brand would be loaded as it is.
        draft = out / "sample.part"
        write_sample(
            draft, **asdict(brand), progress=lambda _, n, of: report(f"{n:,} of {of:,} people")
        )
        _move_into_place(draft, out)
        done.write_text(wanted, encoding="utf-8")
    return min(date.fromisoformat(path.name) for path in landing.glob("*/*/????-??-??"))


def _move_into_place(draft: Path, out: Path) -> None:
    for name in ("truth", "landing"):
        shutil.rmtree(out / name, ignore_errors=True)
        (draft / name).rename(out / name)
    draft.rmdir()


def _unpause(settings: Settings, api: AirflowClient) -> None:
    sources = enabled_sources(settings.config_dir)
    for dag_id in (CHAIN, "maintenance", *(f"ingest_{source}" for source in sources)):
        api.unpause_when_read(dag_id, timeout_seconds=DAGS_SECONDS)


def _load(settings: Settings, api: AirflowClient, first_day: date, last_day: date) -> None:
    """One run of each ingest DAG at once, then the chain's publication of the window."""
    sources = enabled_sources(settings.config_dir)
    conf = {"first_day": str(first_day), "last_day": str(last_day)}
    window = str(last_day) if first_day == last_day else f"{first_day} to {last_day}"
    with _step(f"load {window} from {len(sources)} sources") as report:
        runs = {f"ingest_{source}": api.trigger(f"ingest_{source}", conf) for source in sources}
        for number, (dag_id, run_id) in enumerate(runs.items()):
            report(f"{number} done")
            _wait_for(api, dag_id, run_id)
    with _step(f"identities, facts, portraits, offers as of {last_day}") as report:
        wait_for_chain(settings, api, last_day, timeout_seconds=RUN_SECONDS, report=report)


def _wait_for(api: AirflowClient, dag_id: str, run_id: str) -> None:
    run = api.wait(dag_id, run_id, timeout_seconds=RUN_SECONDS)
    if run["state"] != "success":
        raise Fatal(f"run {run_id} of {dag_id} failed: its log is on Airflow's page")


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """Show a running step, then the seconds it took. Gives a function that names its part."""
    started = time.monotonic()
    with console.status(name) as spinner:
        yield lambda part: spinner.update(f"{name} · {part}")
    console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)
