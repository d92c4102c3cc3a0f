"""How fast a file of Sensors events becomes queryable records, beside bare COPY and dlt.

    python -m benchmarks.ingestion [--lines 500000] [--repeats 5] [--dlt .c360/dlt/bin/python]
                                   [--growth 10000000] [--memory 5000000000]

Starts a throw-away server with WAL and fsync. In each repetition the same lines go, one after the
other, into one text column by COPY, through the loader (checked, identified, with the real unique
key, typed columns, jsonb body and observations), and through dlt where its environment is named;
see benchmarks/dlt_peer. The median of each counts. `--growth` loads so many lines and compares the
cost of the first million with that of the last; `--memory` loads one file of so many bytes and a
.gz of a fifth of them, and shows the loader's peak.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.sensors_events import write_events
from benchmarks.throw_away import throw_away_database
from settings import Settings
from warehouse.connection import connect
from warehouse.embedded import server_of

PEER = Path(__file__).parent / "dlt_peer" / "load.py"
MILLION = 1_000_000
DIGESTS = 24


@dataclass
class Bench:
    """One server; figures of every way, by name."""

    settings: Settings
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    written: int = 0

    def events(self, lines: int, digests: int = 0) -> Path:
        """A new file of events that no file before held."""
        path = self.settings.landing_dir / f"mini_program/events/2026-11-20/{self.written}.jsonl"
        write_events(path, lines, self.written, digests=digests)
        self.written += lines
        return path

    def take(self, name: str, work: Callable[[], float]) -> None:
        """Seconds the work says it took, and the CPU seconds of it and the server."""
        before = self._cpu()
        self.seconds[name].append(work())
        self.cpu[name].append(self._cpu() - before)

    def load(self, path: Path) -> dict[str, float]:
        """What the loader, in a process of its own, says of a file."""
        environment = {
            **os.environ,
            "C360_STATE_DIR": str(self.settings.state_dir),
            "C360_LANDING_DIR": str(self.settings.landing_dir),
        }
        command = [sys.executable, "-m", "benchmarks.load_process", str(path)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        told: dict[str, float] = json.loads(done.stdout)
        if told["has_airflow"] or told["loaded"] != told["rows"]:
            raise SystemExit(f"not the load that was meant: {told}")
        return told

    def load_seconds(self, path: Path) -> float:
        """How long the loader took."""
        return self.load(path)["seconds"]

    def bare_copy(self, path: Path) -> float:
        """The lines into one text column: no check, no key, no types."""
        with connect(self.settings, "") as conn, conn.cursor() as cursor:
            conn.execute("create table public.line (line text)")
            started = time.perf_counter()
            # Control characters that no line holds, so that every line is one value.
            into = "copy public.line from stdin (format csv, delimiter e'\\x01', quote e'\\x02')"
            with cursor.copy(into) as copy, path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            conn.commit()
            seconds = time.perf_counter() - started
            conn.execute("drop table public.line")
        return seconds

    def peer(self, python: str, path: Path) -> float:
        """The same by dlt."""
        place = self.settings.state_dir.parent / "dlt"
        environment = {
            **os.environ,
            "DLT_URL": self.settings.database_url,
            "DLT_PLACE": str(place),
        }
        command = [python, str(PEER), str(path)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        shutil.rmtree(place, ignore_errors=True)
        return float(json.loads(done.stdout.splitlines()[-1])["seconds"])

    def _cpu(self) -> float:
        """CPU seconds of our ended children, and of the server with its ended processes."""
        here = os.times()
        pid = int(
            (server_of(self.settings).place.data_dir / "postmaster.pid").read_text().split()[0]
        )
        server = psutil.Process(pid).cpu_times()
        own = here.user + here.system + here.children_user + here.children_system
        return own + float(
            server.user + server.system + server.children_user + server.children_system
        )


def compare(bench: Bench, lines: int, repeats: int, dlt: str | None) -> Table:
    """The ways side by side, `repeats` times."""
    for _ in range(repeats):
        path = bench.events(lines)
        bench.take("bare COPY", partial(bench.bare_copy, path))
        bench.take("loader", partial(bench.load_seconds, path))
        if dlt:
            bench.take("dlt", partial(bench.peer, dlt, path))
        size = path.stat().st_size
        path.unlink()
    table = Table(title=f"{lines:,} lines of {size / lines:,.0f} bytes, median of {repeats}")
    for column in ("way", "seconds", "lines/s", "CPU µs a line, server included", "times loader"):
        table.add_column(column, justify="left" if column == "way" else "right")
    loader = statistics.median(bench.seconds["loader"])
    for name, spent in bench.seconds.items():
        median, cpu = statistics.median(spent), statistics.median(bench.cpu[name])
        figures = (f"{median:.2f}", f"{lines / median:,.0f}", f"{cpu / lines * MILLION:.1f}")
        table.add_row(name, *figures, f"{median / loader:.2f}")
    return table


def grow(bench: Bench, lines: int) -> str:
    """The cost of the first, a middle and the last million of many, and of all.

    The server's time of a background vacuum counts where its process ends, not where it worked.
    """
    name, parts = "growth", max(2, lines // MILLION)
    for _ in range(parts):
        bench.take(name, partial(bench.load_seconds, bench.events(MILLION)))
    shown = [
        f"million {place + 1} {bench.seconds[name][place]:.1f} s, "
        f"{bench.cpu[name][place]:.1f} µs of CPU a line, server included"
        for place in (0, parts // 2, parts - 1)
    ]
    shown.append(f"all {parts} {statistics.mean(bench.cpu[name]):.1f} µs")
    return "growth: " + "; ".join(shown)


def weigh(bench: Bench, size: int) -> str:
    """The loader's peak memory with one huge file, and with one a fifth as large when packed."""
    plain = bench.events(size // bench.events(1_000).stat().st_size * 1_000)
    shown = [_weighed(bench, plain)]
    sample = packed(bench.events(1_000, DIGESTS)).stat().st_size
    shown.append(_weighed(bench, packed(bench.events(size // 5 // sample * 1_000, DIGESTS))))
    return "peak memory of the loader: " + ", ".join(shown)


def _weighed(bench: Bench, path: Path) -> str:
    told, size = bench.load(path), path.stat().st_size / 1e9
    path.unlink()
    peak = f"{told['peak_megabytes']:.0f} MB"
    return f"{path.suffix} of {size:.2f} GB, {told['rows']:,.0f} lines: {peak}"


def packed(path: Path) -> Path:
    """The file as .gz instead."""
    target = path.with_suffix(".jsonl.gz")
    with path.open("rb") as source, gzip.open(target, "wb", compresslevel=1) as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    path.unlink()
    return target


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--dlt", help="python of an environment with dlt")
    parser.add_argument("--growth", type=int, default=0)
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    console = Console()
    with throw_away_database() as settings:
        bench = Bench(settings)
        if options.repeats:
            console.print(compare(bench, options.lines, options.repeats, options.dlt))
        if options.growth:
            console.print(grow(bench, options.growth))
        if options.memory:
            console.print(weigh(bench, options.memory))


if __name__ == "__main__":
    main()
