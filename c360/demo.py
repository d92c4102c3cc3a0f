"""The demonstration: a made-up brand goes through a real Airflow, from landing files to a summary.

The history is loaded as one window run per source, the last two days as daily runs. Everything
is idempotent: a second demonstration finds the files there and loaded, and ends in seconds.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from c360 import airflow_processes
from c360.airflow_environment import ADMIN, password_file
from c360.chain_watch import CHAIN, wait_for_chain
from settings import Settings, enabled_sources, load_settings
from warehouse.bootstrap import start_database
from warehouse.errors import Fatal
from warehouse.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    started = time.monotonic()
    with _step("PostgreSQL"):
        settings = start_database(load_settings())
        migrate(settings)
    with _step(f"sample of {brand.people:,} people, {brand.days} days"):
        first_day = _landed_sample(settings, brand)
    with _step("Airflow: scheduler, dag-processor, api-server"):
        api = airflow_processes.start(settings)
        _unpause(settings, api)
    history_end = brand.last_day - timedelta(days=DAILY_RUNS)
    _load(settings, api, first_day, history_end)
    for age in range(DAILY_RUNS - 1, -1, -1):
        day = brand.last_day - timedelta(days=age)
        _load(settings, api, day, day)
    with _step("maintenance: partitions, retention, statistics"):
        _wait_for(api, "maintenance", api.trigger("maintenance"))
    _say_goodbye(settings, api.address, time.monotonic() - started)


def _landed_sample(settings: Settings, brand: Brand) -> date:
    """Write the brand's landing files unless they are there; returns the first landing day."""
    out = settings.landing_dir.parent
    if not (out / "truth" / "person.csv").exists():
        if any(settings.landing_dir.glob("*/*")):
            raise Fatal(
                f"{settings.landing_dir} holds files of another brand: the demonstration does not "
                "mix with them; set C360_STATE_DIR to an empty folder"
            )
        from sample_data import write_sample  # noqa: PLC0415 - only the first demo needs it

        write_sample(
            out, people=brand.people, days=brand.days, seed=brand.seed, last_day=brand.last_day
        )
    return min(
        date.fromisoformat(path.name) for path in settings.landing_dir.glob("*/*/????-??-??")
    )


def _unpause(settings: Settings, api: AirflowClient) -> None:
    sources = enabled_sources(settings.config_dir)
    for dag_id in (CHAIN, "maintenance", *(f"ingest_{source}" for source in sources)):
        api.unpause_when_read(dag_id, timeout_seconds=DAGS_SECONDS)


def _load(settings: Settings, api: AirflowClient, first_day: date, last_day: date) -> None:
    """One run of each ingest DAG at once, then the chain's publication of the window."""
    sources = enabled_sources(settings.config_dir)
    conf = {"first_day": str(first_day), "last_day": str(last_day)}
    window = str(last_day) if first_day == last_day else f"{first_day} to {last_day}"
    with _step(f"load {window} from {len(sources)} sources"):
        runs = {f"ingest_{source}": api.trigger(f"ingest_{source}", conf) for source in sources}
        for dag_id, run_id in runs.items():
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


def _say_goodbye(settings: Settings, address: str, seconds: float) -> None:
    from c360.summary import print_summary  # noqa: PLC0415 - plotting is not needed before

    print_summary(settings)
    console.print(
        f"\nDone in {seconds:.0f} s. Airflow: {address} "
        f"(user {ADMIN}, password in {password_file(settings)}). Stop everything: c360 down",
        highlight=False,
    )
