"""How fast a landing file becomes records, beside a bare COPY of the same file.

    python -m benchmarks.ingestion [--lines 500000]

Starts a throw-away server, writes generated app events as one file and, in the same run, copies its
lines into a table of one text column and loads it with `load_file`: checked, identified, unique,
as jsonb. Then the same number of lines again in small files, as one window.
"""

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from ingestion.contract import load_contract
from ingestion.file_load import load_file
from ingestion.window import load_window
from settings import Settings, load_settings
from warehouse.bootstrap import prepare_database, start_database
from warehouse.connection import connect
from warehouse.embedded import server_of
from warehouse.migrate import migrate

DAY = date(2026, 11, 20)
LINES_PER_SMALL_FILE = 500

# Members, installations and times repeat as in life; every line is an event of its own.
_EVENTS = """
select to_json({
    'type': 'track',
    'event': ['Product Viewed', 'Product Added', 'Order Completed'][1 + n % 3],
    'messageId': format('app-{:08x}', n + $first),
    'userId': case when n % 5 < 2 then format('M{:06d}', person % 20000) end,
    'anonymousId': format('6f1c0d3e-0000-4000-8000-{:012x}', person),
    'timestamp': strftime(timestamp '2026-11-20' + to_milliseconds((n * 97) % 57600000),
        '%Y-%m-%dT%H:%M:%S.%gZ'),
    'sentAt': '2026-11-20T16:00:00.000Z',
    'receivedAt': '2026-11-20T16:00:01.000Z',
    'context': {
        'channel': 'mobile',
        'device': {'id': format('{:016x}', hash(person)), 'type': 'android',
            'model': 'PBEM00', 'advertisingId': '00000000-0000-0000-0000-000000000000'},
        'os': {'name': 'Android', 'version': '15'}, 'app': {'version': '5.2.0'},
        'timezone': 'Asia/Shanghai'
    },
    'properties': {'product_id': format('SKU-{:03d}', n % 60), 'category': 'coffee', 'price': 39.9}
})::varchar
from (select n, hash(n) % 40000 as person from range($lines) as numbers(n))
"""


@contextmanager
def throw_away_database() -> Iterator[Settings]:
    """A migrated database on a server of its own, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="c360-bench-"))
    folder.chmod(0o711)
    settings = load_settings({"C360_STATE_DIR": str(folder / "state")})
    try:
        settings = start_database(settings)
        prepare_database(settings)
        migrate(settings)
        yield replace(settings, landing_dir=folder / "landing")
    finally:
        server_of(settings).remove()
        shutil.rmtree(folder, ignore_errors=True)


def write_events(path: Path, lines: int, first: int = 0) -> Path:
    """A file of generated events; the sample's broken and repeated lines are left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine, path.open("w", encoding="utf-8") as file:
        rows = engine.execute(_EVENTS, {"lines": lines, "first": first})
        while texts := rows.fetchmany(20_000):
            file.writelines(f"{text}\n" for (text,) in texts)
    return path


def bare_copy(settings: Settings, path: Path) -> None:
    """The lines into one text column: no check, no key, no types."""
    with connect(settings, "") as conn, conn.cursor() as cursor:
        conn.execute("create table public.line (line text)")
        # Control characters that no line holds, so that every line is one value.
        statement = "copy public.line from stdin (format csv, delimiter e'\\x01', quote e'\\x02')"
        with cursor.copy(statement) as copy, path.open("rb") as file:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        conn.commit()
        conn.execute("drop table public.line")


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of the work."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(settings: Settings, lines: int) -> Table:
    """Runs the three ways and gives the table of figures."""
    place = settings.landing_dir / "app" / "events" / DAY.isoformat()
    path = write_events(place / "events.jsonl", lines)
    size = path.stat().st_size
    contract = load_contract("app", "events")
    results = {"bare COPY into text": seconds(lambda: bare_copy(settings, path))}
    results["load_file, one file"] = seconds(
        lambda: load_file(settings, path, contract, arrival_day=DAY, landing_day=DAY)
    )
    results["load_file again: known"] = seconds(
        lambda: load_file(settings, path, contract, arrival_day=DAY, landing_day=DAY)
    )
    path.unlink()
    small = max(1, lines // 5 // LINES_PER_SMALL_FILE)
    for number in range(small):
        first = lines + number * LINES_PER_SMALL_FILE
        write_events(place / f"small-{number:05d}.jsonl", LINES_PER_SMALL_FILE, first)
    name = f"load_window, {small} files of {LINES_PER_SMALL_FILE}"
    results[name] = seconds(lambda: load_window(settings, "app", DAY, DAY, arrival_day=DAY))
    return _as_table(results, {name: small * LINES_PER_SMALL_FILE}, lines, size)


def _as_table(results: dict[str, float], counts: dict[str, int], lines: int, size: int) -> Table:
    table = Table(title=f"{lines:,} lines, {size / 1e6:,.0f} MB")
    for column in ("way", "seconds", "lines/s", "times bare COPY"):
        table.add_column(column, justify="left" if column == "way" else "right")
    bare = lines / results["bare COPY into text"]
    for name, spent in results.items():
        rate = counts.get(name, lines) / spent
        table.add_row(name, f"{spent:.2f}", f"{rate:,.0f}", f"{bare / rate:.1f}")
    return table


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    lines = parser.parse_args().lines
    with throw_away_database() as settings:
        table = measure(settings, lines)
    console = Console()
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"peak memory of this process: {peak:,.0f} MB (the generator included)")


if __name__ == "__main__":
    main()
