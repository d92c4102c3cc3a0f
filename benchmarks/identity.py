"""How fast identity resolution is in memory, beside Splink's clustering of the same links.

    python -m benchmarks.identity [LINKS]     (10,000,000 by default)

Strings in, profiles out. Splink finds plain components; we find the same, and screen, and obey
every rule. Processor seconds (user and system) stand beside the wall clock, for a machine that
others use tells little by the clock alone. The plain sketch is what no rules at all would cost.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.identity_once import PARTS, Clock, Seconds, resolved
from benchmarks.population import Population, populate
from identity_resolution.clustering import components

HERE = Path(__file__).parent
HUB_DEGREE = 100_000


def sketch(people: Population, values: pa.Array) -> Clock:
    """Only strings to integers and components: a floor for anything that reads the strings."""
    clock, size = Clock(), len(people)
    with clock.step("strings to integers"):
        column = values.dictionary_encode()
        place = column.indices.to_numpy()
    with clock.step("components"):
        components(len(column.dictionary), place[:size], place[size:])
    return clock


def write_links(people: Population, texts: tuple[pa.Array, ...], path: Path) -> None:
    """Write the links as a file that both programs read."""
    size, columns = len(people), {"seen_at": pa.array(people.seen_at)}
    for part, text in zip(PARTS, texts, strict=True):
        columns |= {f"{part}_l": text[:size], f"{part}_r": text[size:]}
    columns["match_probability"] = pa.array(np.ones(size))
    pq.write_table(pa.table(columns), path)


def figures_of(*command: str) -> dict[str, Any]:
    """Return what a program prints as the last line."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def splink(links: Path) -> dict[str, Any]:
    """Cluster the same links with Splink in its own environment; return its figures."""
    environment = links.parent / "env"
    python = str(environment / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)  # noqa: S603
    install = ["-m", "pip", "install", "--quiet", "-r", str(HERE / "splink_requirements.txt")]
    subprocess.run([python, *install], check=True)  # noqa: S603
    return figures_of(python, str(HERE / "splink_clustering.py"), str(links))


def main() -> None:
    """Print the figures."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    people = populate(size)
    texts = people.strings(np.concatenate((people.left, people.right)))
    table = Table("step", "wall s", "cpu s", title=f"identity in memory, {len(people):,} links")

    def show(name: str, seconds: Seconds) -> None:
        table.add_row(name, f"{seconds.wall:.1f}", f"{seconds.cpu:.1f}")

    folder = Path(tempfile.mkdtemp(prefix="c360-bench-"))
    try:
        write_links(people, texts, folder / "links.parquet")
        links = str(folder / "links.parquet")
        ours = figures_of(sys.executable, "-m", "benchmarks.identity_once", links)
        theirs = splink(folder / "links.parquet")
    finally:
        shutil.rmtree(folder)
    steps = {name: Seconds(*seconds) for name, seconds in ours["steps"].items()}
    for name, seconds in steps.items():
        show(name, seconds)
    show(
        "all of it",
        Seconds(sum(s.wall for s in steps.values()), sum(s.cpu for s in steps.values())),
    )
    show("plain sketch: integers and components", sketch(people, texts[2]).total)
    show("Splink's clustering of the same links", Seconds(theirs["wall"], theirs["cpu"]))
    table.add_section()
    hub = populate(size, hub_degree=0, one_hub_degree=min(HUB_DEGREE, size // 10))
    without = populate(size, hub_degree=0)
    for name, one in (("without hubs", without), ("with one hub on top", hub)):
        ends = one.strings(np.concatenate((one.left, one.right)))
        show(name, resolved(one.seen_at, ends)[0].total)
    Console().print(table)
    print(f"refused {ours['refused']:,} links; peak {ours['gb']:.1f} GB, Splink {theirs['gb']:.1f}")


if __name__ == "__main__":
    main()
