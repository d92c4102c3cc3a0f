"""How fast identity resolution is in memory, beside Splink's clustering of the same links.

    python -m benchmarks.identity [LINKS]     (10,000,000 by default)

Strings in, profiles out. Splink finds plain components; we find the same, and screen, and obey
every rule. Processor seconds (user and system) stand beside the wall clock, for a machine that
others use tells little by the clock alone. The plain sketch is what no rules at all would cost.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.population import Population, populate
from evaluation.observations import dictionary
from identity_resolution.clustering import components
from identity_resolution.graph import NO_STATEMENT, Graph, Identifiers, Integers, Links, Resolution
from identity_resolution.resolution import resolve
from identity_resolution.rule_file import load_rules

HERE = Path(__file__).parent
HUB_DEGREE = 100_000


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a step took."""

    wall: float
    cpu: float


class Clock:
    """Seconds by step, in order."""

    def __init__(self) -> None:
        """Start without steps."""
        self.steps: dict[str, Seconds] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the body."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.steps[name] = Seconds(time.perf_counter() - wall, time.process_time() - cpu)

    @property
    def total(self) -> Seconds:
        """The sum of all steps."""
        steps = self.steps.values()
        return Seconds(sum(s.wall for s in steps), sum(s.cpu for s in steps))


def resolved(people: Population, texts: tuple[pa.Array, ...]) -> tuple[Clock, Resolution]:
    """Resolve links given as strings, end after end: left ends first."""
    clock, size = Clock(), len(people)
    with clock.step("strings to integers"):
        identifiers, place = dictionary(*texts)
    with clock.step("links"):
        graph = _graph(identifiers, place[:size], place[size:], people.seen_at)
    with clock.step("screening, components, ordered pass, anchors"):
        resolution = resolve(graph, load_rules())
    return clock, resolution


def _graph(identifiers: Identifiers, left: Integers, right: Integers, at: Integers) -> Graph:
    size = len(left)
    zero, one, row = np.zeros(size, np.int64), np.ones(size, np.int64), np.arange(size)
    low, high = np.minimum(left, right), np.maximum(left, right)
    nobody = np.full(size, NO_STATEMENT)
    links = Links(low, high, at, at, one, one + 1, one, row, row, zero, nobody)
    first_seen = identifiers.first_seen.copy()
    np.minimum.at(first_seen, low, at)
    np.minimum.at(first_seen, high, at)
    day = np.zeros(len(identifiers), dtype=np.int64)
    known = replace(identifiers, first_seen=first_seen, born_at=first_seen, strength=day + 2)
    return Graph(replace(known, arrival_day=day), links)


def sketch(people: Population, values: pa.Array) -> Clock:
    """Only strings to integers and components: a floor for anything that reads the strings."""
    clock, size = Clock(), len(people)
    with clock.step("strings to integers"):
        column = values.dictionary_encode()
        place = column.indices.to_numpy()
    with clock.step("components"):
        components(len(column.dictionary), place[:size], place[size:])
    return clock


def splink(people: Population, values: pa.Array, folder: Path) -> dict[str, Any]:
    """Cluster the same links with Splink in its own environment; return its figures."""
    python = folder / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)  # noqa: S603
    install = ["-m", "pip", "install", "--quiet", "-r", str(HERE / "splink_requirements.txt")]
    subprocess.run([str(python), *install], check=True)  # noqa: S603
    size = len(people)
    columns = {"unique_id_l": values[:size], "unique_id_r": values[size:]}
    columns["match_probability"] = pa.array(np.ones(size))
    pq.write_table(pa.table(columns), folder / "links.parquet")
    script = [str(python), str(HERE / "splink_clustering.py"), str(folder / "links.parquet")]
    done = subprocess.run(script, check=True, capture_output=True, text=True)  # noqa: S603
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Print the figures."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    people = populate(size)
    texts = people.strings(np.concatenate((people.left, people.right)))
    table = Table("step", "wall s", "cpu s", title=f"identity in memory, {len(people):,} links")

    def show(name: str, seconds: Seconds) -> None:
        table.add_row(name, f"{seconds.wall:.1f}", f"{seconds.cpu:.1f}")

    clock, resolution = resolved(people, texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for name, seconds in clock.steps.items():
        show(name, seconds)
    show("all of it", clock.total)
    show("plain sketch: integers and components", sketch(people, texts[2]).total)
    table.add_section()
    hub = populate(size, hub_degree=0, one_hub_degree=min(HUB_DEGREE, size // 10))
    without = populate(size, hub_degree=0)
    for name, one in (("without hubs", without), ("with one hub on top", hub)):
        ends = one.strings(np.concatenate((one.left, one.right)))
        show(name, resolved(one, ends)[0].total)
    table.add_section()
    folder = Path(tempfile.mkdtemp(prefix="c360-bench-"))
    try:
        theirs = splink(people, texts[2], folder)
    finally:
        shutil.rmtree(folder)
    show("Splink's clustering of the same links", Seconds(theirs["wall"], theirs["cpu"]))
    Console().print(table)
    decisions = np.bincount(resolution.decision)
    print(f"refused {decisions[1:].sum():,} links; peak {memory:.1f} GB, Splink {theirs['gb']:.1f}")


if __name__ == "__main__":
    main()
