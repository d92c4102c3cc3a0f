"""How long portraits, preferences and growth marts take: all of them, a day on top, the questions.

    python -m benchmarks.marts [--persons 20000] [--orders-per-person 15] [--events-per-person 100]
        [--growth 50000 200000 500000] [--empty-raw]

Invented records are written into raw, and the build goes through the functions of production:
staging, the marts in one call of dbt, the decision on offers, publishing. The bar of 180 s is for
portraits, preferences and growth marts of 200,000 persons, 3 M orders and 20 M events, full, when
staging (views) and facts exist: their share of the wall clock of dbt's call, in which two models
run at a time. Facts, candidates of offers and tests have rows of their own. On each of two days
one person in fifty does something, and the clock moves on: a Saturday like any other, and a Sunday,
with which a week is over, so that shares and popularity move for everybody. `--empty-raw` gives the
disk of raw back when the facts are made; the facts cannot be made anew afterwards.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from rich.console import Console
from rich.table import Table

from benchmarks.asking import ASKED, ask
from benchmarks.guide import BARS, identifiers, questions
from benchmarks.model_time import GROUPS, GROWTH, PORTRAITS, by_group, group_of, wall_shares
from benchmarks.synthetic_marts import fill_history, live_another_day
from benchmarks.synthetic_people import BrandSize
from benchmarks.throw_away import throw_away_database
from pipeline.offers import build_offers
from pipeline.transform import build_layer, transform_layer
from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.publish import publish
from warehouse.runs import Run, open_run

LAST_DAY = date(2026, 11, 20)
DAYS = {"Saturday": date(2026, 11, 21), "Sunday": date(2026, 11, 22)}
DEAREST = 15
SECONDS_A_QUESTION = 2.0
FIND = "select * from mart.find_profile(%s, %s, %s)"
_ALONE = "set work_mem = '96MB'; set max_parallel_workers_per_gather = 0"
_SESSIONS = """
select count(*) from (
    select identifier_set_id, channel, occurred_at - lag(occurred_at) over (
        partition by identifier_set_id, channel order by occurred_at
    ) as pause
    from intermediate.int_events
) as step where pause is null or pause > interval '30 minutes'
"""
_DAYS = """
select count(*) from (
    select identifier_set_id, event_date, channel, count(*) as events,
        count(*) filter (where verb = 'product_view') as views, max(occurred_at) as last_at
    from intermediate.int_events group by identifier_set_id, event_date, channel
) as counted
"""
_SIZES = """
select s.name, sum(pg_total_relation_size(c.oid))::float8 / 1e9
from unnest(array['raw', 'identity', 'intermediate', 'build', 'mart'])
    with ordinality as s (name, place)
inner join pg_class as c on c.relnamespace = s.name::regnamespace and c.relkind = 'r'
group by s.name, s.place order by s.place
"""


@dataclass
class Report:
    """Figures of one size by what they are of, told as they come."""

    console: Console
    persons: int
    figures: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, figure: str) -> None:
        """Keeps a figure and says it."""
        self.figures[what] = figure
        self.console.print(f"  {what}: [bold]{figure}[/bold]")

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Adds the seconds of the block; shows that it goes on."""
        started = time.perf_counter()
        with self.console.status(f"{self.persons:,} persons: {what}"):
            yield
        self.add(what, f"{time.perf_counter() - started:,.1f} s")


BAR = {
    f"full: {PORTRAITS} + {GROWTH}": "180 s",
    **{f"{day}: {PORTRAITS} + {GROWTH}": "20 s" for day in DAYS},
    **{f"{day}: rows rewritten by publishing": "5 %" for day in DAYS},
    "any profile by any identifier, p95 cold / warm": ".005 s",
}


def build(settings: Settings, run: Run, report: Report, name: str) -> None:
    """The marts of a run by dbt, then offers; each group's share of the wall clock."""
    build_layer(settings, run, "staging")
    with report.timed(f"{name}: the call of dbt"):
        result = transform_layer(settings, run, "marts")
    shares = wall_shares(result.spans)
    groups = group_of(settings.project_dir / "dbt_project" / "models")
    seconds = by_group(shares, groups)
    for group in GROUPS:
        report.add(f"{name}: of these {group}", f"{seconds[group]:,.1f} s")
    both = seconds[PORTRAITS] + seconds[GROWTH]
    report.add(f"{name}: {PORTRAITS} + {GROWTH}", f"{both:,.1f} s")
    table = Table("model", "group", "wall s", "own s", "rows", title=f"Dearest of the {name}")
    for model in sorted(shares, key=lambda node: -shares[node])[:DEAREST]:
        cells = (f"{shares[model]:.2f}", f"{result.seconds[model]:.2f}")
        table.add_row(model, groups.get(model, ""), *cells, f"{result.rows.get(model, 0):,}")
    report.console.print(table)
    with report.timed(f"{name}: decision on offers"):
        build_offers(settings, run.run_id)


def compare(settings: Settings, report: Report) -> None:
    """Plain aggregates of the same events: what the machine does at all."""
    with connect(settings, LOGIN) as conn:
        conn.execute(_ALONE)
        for what, query in (("sessions", _SESSIONS), ("daily counts", _DAYS)):
            with report.timed(f"plain SQL: {what} of the events"):
                conn.execute(query)


def tell_sizes(settings: Settings, report: Report, when: str) -> None:
    """GB by schema."""
    with connect(settings, LOGIN) as conn:
        sizes = conn.execute(_SIZES).fetchall()
    for schema, size in sizes:
        report.add(f"GB of {schema}, {when}", f"{size:.2f}")


def publish_once(settings: Settings, run: Run, report: Report, name: str) -> None:
    """Publishes the run and tells how long it took and what it rewrote."""
    started = time.perf_counter()
    counts = publish(settings, run.run_id)
    seconds = time.perf_counter() - started
    rows = sum(table.rows for table in counts.tables.values())
    report.add(f"{name}: publishing", f"{seconds:,.1f} s")
    share = f"{counts.rewritten / rows:.1%} ({counts.rewritten:,} of {rows:,})"
    report.add(f"{name}: rows rewritten by publishing", share)
    table = Table("mart", "rewritten", "rows", title=f"Most rewritten on {name}")
    most = sorted(counts.tables.items(), key=lambda item: -item[1].rewritten)
    for mart, written in most[:8]:
        table.add_row(mart, f"{written.rewritten:,}", f"{written.rows:,}")
    report.console.print(table)


@contextmanager
def publishing(settings: Settings, run: Run) -> Iterator[None]:
    """Publishes again and again while the block asks."""
    enough = threading.Event()

    def go_on() -> None:
        while not enough.is_set():
            again = open_run(settings, run_at=run.run_at, as_of=run.as_of)
            publish(settings, again.run_id)

    publisher = threading.Thread(target=go_on)
    publisher.start()
    try:
        yield
    finally:
        enough.set()
        publisher.join()


def ask_all(settings: Settings, report: Report) -> None:
    """The look-up of a person, and every question of the guide, in a table of its own."""
    with connect(settings, LOGIN) as conn:
        known = identifiers(conn, ASKED)
        asked = questions(settings.project_dir / "docs" / "query-guide.md", conn)
    cold, warm = ask(settings, lambda n: known[n % len(known)], FIND)
    report.add("any profile by any identifier, p95 cold / warm", f"{cold:.4f} / {warm:.4f} s")
    table = Table("no.", "question", "p95 cold", "warm", "bar", title="Questions of the guide")
    for number, title, query in asked:
        cold, warm = ask(settings, lambda _: (), query, most_seconds=SECONDS_A_QUESTION)
        table.add_row(number, title, f"{cold:.4f}", f"{warm:.4f}", BARS.get(number, ""))
    report.console.print(table)


def measure(settings: Settings, report: Report, size: BrandSize, *, is_raw_emptied: bool) -> None:
    """One size, from empty raw to the second day published."""
    console = report.console
    with report.timed("writing the records"):
        count = fill_history(
            settings, size, LAST_DAY, lambda part: console.print(f"    [dim]{part}[/dim]")
        )
    report.add("records", f"{count:,}")
    run = _open(settings, LAST_DAY)
    build(settings, run, report, "full")
    publish_once(settings, run, report, "full")
    compare(settings, report)
    tell_sizes(settings, report, "full")
    if is_raw_emptied:
        with connect(settings, LOGIN) as conn:
            conn.execute("truncate raw.record")
    for name, day in DAYS.items():
        report.add(f"{name}: records", f"{live_another_day(settings, day):,}")
        run = _open(settings, day)
        build(settings, run, report, name)
        publish_once(settings, run, report, name)
    with publishing(settings, run):
        ask_all(settings, report)
    tell_sizes(settings, report, "after the days")


def _open(settings: Settings, day: date) -> Run:
    return open_run(settings, run_at=datetime.combine(day, datetime.max.time(), UTC), as_of=day)


def summary(reports: list[Report]) -> Table:
    """A row a figure, a column a size."""
    sizes = [f"{report.persons:,} persons" for report in reports]
    table = Table("portraits and marts", *sizes, "bar at 200,000")
    for what in reports[0].figures:
        cells = [report.figures.get(what, "") for report in reports]
        table.add_row(what, *cells, BAR.get(what, ""))
    return table


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--orders-per-person", type=float, default=15)
    parser.add_argument("--events-per-person", type=float, default=100)
    parser.add_argument("--growth", type=int, nargs="+", metavar="PERSONS")
    parser.add_argument("--empty-raw", action="store_true")
    asked = parser.parse_args()
    console, reports = Console(), []
    for persons in asked.growth or [asked.persons]:
        console.print(f"[bold]{persons:,} persons[/bold]")
        report = Report(console, persons)
        with throw_away_database() as settings:
            size = BrandSize(persons, asked.orders_per_person, asked.events_per_person)
            measure(settings, report, size, is_raw_emptied=asked.empty_raw)
        reports.append(report)
    console.print(summary(reports))


if __name__ == "__main__":
    main()
