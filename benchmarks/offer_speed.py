"""How long the decision on offers takes, and how long the two questions of marketers.

    python -m benchmarks.offer_speed [--persons 20000] [--offers 30]

Persons are written straight into the tables that the decision reads: channels, grants, 15 messages
and 4 orders each, portraits of zeros; the catalogue is the brand's, copied until it has so many
live offers. The bars are for 200,000 persons. Questions are asked as the reader role while a run
is published: first by new connections, then again on one that is open.
"""

import argparse
import csv
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.asking import ask
from benchmarks.synthetic_offers import fill_persons, live_another_day
from benchmarks.throw_away import throw_away_database
from pipeline.offer_catalogue import compiled_rules
from pipeline.offers import build_offers
from pipeline.transform import build_layer, run_dbt
from settings import Settings
from warehouse.publish import publish
from warehouse.runs import Run, open_run

FIRST_DAY = date(2026, 11, 22)
TOP = """
select n.profile_id, n.expected_value_fen, n.reason_zh
from mart.next_best_offer n join mart.profile p using (profile_id)
where n.offer_id = %s and n.channel = %s
    and coalesce(p.last_contact_at, '-infinity') < current_timestamp - interval '7 days'
order by n.expected_value_fen desc limit 5000
"""
WHY = """
select stage, reason_code, valid_to from mart.offer_suppressed
where profile_id = %s and offer_id = %s
"""
_CANDIDATES = (
    *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "empty"),
    *("--select", "path:models/intermediate/offers", "contact_state"),
    *("--exclude", "path:models/intermediate/offers/decision"),
)


def decide(settings: Settings, run: Run) -> float:
    """Seconds from the persons' tables to the decision and its log."""
    started = time.perf_counter()
    variables = {
        "C360_DBT_RUN_ID": str(run.run_id),
        "C360_DBT_AS_OF": str(run.as_of),
        "C360_DBT_OFFER_RULES": compiled_rules(settings),
    }
    run_dbt(settings, _CANDIDATES, variables)
    build_offers(settings, run.run_id)
    return time.perf_counter() - started


@contextmanager
def many_offers(settings: Settings, live: int) -> Iterator[Settings]:
    """The project with its catalogue copied until `live` offers are live on the decided day."""
    folder = settings.state_dir / "project"
    shutil.copytree(settings.project_dir / "dbt_project", folder / "dbt_project")
    seeds = folder / "dbt_project" / "seeds"
    offers = _read(seeds / "offer_catalogue.csv")
    now = FIRST_DAY.isoformat()
    open_ones = [o for o in offers if o["start_date"] <= now < o["end_date"]]
    chosen = [(open_ones[n % len(open_ones)], n // len(open_ones)) for n in range(live)]
    for name in ("offer_catalogue", "offer_rule", "offer_target"):
        rows = _read(seeds / f"{name}.csv")
        copies = [
            {**row, "offer_id": row["offer_id"] + "-2" * turn}
            for offer, turn in chosen
            for row in rows
            if row["offer_id"] == offer["offer_id"]
        ]
        _write(seeds / f"{name}.csv", copies)
    yield replace(settings, project_dir=folder)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _open(settings: Settings, day: date) -> Run:
    return open_run(settings, run_at=datetime.combine(day, datetime.max.time(), UTC), as_of=day)


def measure(settings: Settings, persons: int, table: Table) -> None:
    """Adds a row for each figure."""
    run = _open(settings, FIRST_DAY)
    build_layer(settings, run, "staging")
    build_layer(settings, run, "marts")
    fill_persons(settings, persons, FIRST_DAY)
    table.add_row("full", f"{decide(settings, run):.1f} s", "30 s")
    publish(settings, run.run_id)
    day = FIRST_DAY + timedelta(days=1)
    live_another_day(settings, day)
    run = _open(settings, day)
    table.add_row("day, 2 % active", f"{decide(settings, run):.1f} s", "8 s")
    publisher = threading.Thread(target=publish, args=(settings, run.run_id))
    publisher.start()
    questions = {
        "top 5,000 of an offer": (TOP, lambda _: ("OF-COFFEE", "mp_subscribe"), ".12 s"),
        "why not": (WHY, lambda n: (f"p_{1 + n * 7919 % persons}", "OF-COFFEE"), ".005 s"),
    }
    for name, (query, subject, bar) in questions.items():
        cold, warm = ask(settings, subject, query)
        table.add_row(f"{name}, p95 cold / warm", f"{cold:.4f} / {warm:.4f} s", bar)
    publisher.join()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--offers", type=int, default=30)
    asked = parser.parse_args()
    table = Table("offers", "measured", "bar at 200,000", title=f"{asked.persons:,} persons")
    with (
        throw_away_database() as settings,
        many_offers(settings, asked.offers) as project,
    ):
        measure(project, asked.persons, table)
    Console().print(table)


if __name__ == "__main__":
    main()
