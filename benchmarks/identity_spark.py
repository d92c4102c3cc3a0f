"""How the Spark engine grows: the same kind of links at several sizes, from Parquet to Parquet.

.venv-extras/bin/python -m benchmarks.identity_spark [LINKS ...]    (1, 5 and 20 million)
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.population import Population, populate
from identity_resolution.graph import NO_STATEMENT
from identity_spark.__main__ import start_session
from identity_spark.engine import resolve_frames
from identity_spark.tables import ParquetFolder
from identity_store.rule_file import load_rules
from settings import load_settings

SIZES = (1_000_000, 5_000_000, 20_000_000)


def write_graph(people: Population, folder: Path) -> None:
    """Write identifiers, links and nobody to keep apart, as the engine reads them."""
    number = np.arange(len(people.namespace))
    names, scopes, values = people.strings(number)
    zero, size = np.zeros(len(number), dtype=np.int64), len(people)
    one, never = np.ones(size, dtype=np.int64), np.zeros(len(number), dtype=bool)
    times = {"first_seen": zero, "arrival_day": zero, "born_at": zero, "strength": zero + 2}
    texts = {"namespace": names, "scope": scopes, "value": values}
    ends = {
        "left_id": np.minimum(people.left, people.right),
        "right_id": np.maximum(people.left, people.right),
    }
    nobody = pa.array([], pa.int64())
    tables = {
        "identifier": {"identifier_id": number, **texts, **times}
        | {"consent": zero, "is_blocked": never, "is_shared": never},
        "link": {**ends, "first_seen": people.seen_at, "last_seen": people.seen_at}
        | {"observation_count": one, "strength": one + 1, "basis": one - 1}
        | {"statement": np.full(size, NO_STATEMENT)},
        "apart": {"number": nobody, "identifier_id": nobody, "side": nobody},
    }
    for name, columns in tables.items():
        (folder / name).mkdir()
        pq.write_table(pa.table(columns), folder / name / "part.parquet", row_group_size=500_000)


def used_seconds() -> float:
    """Return the processor seconds of this process and of all below it, living and ended."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


def main() -> None:
    """Print the figures as they come."""
    session = start_session(load_settings(), "local[2]")
    session.sparkContext.setLogLevel("ERROR")
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        folder = Path(tempfile.mkdtemp(prefix="c360-bench-"))
        try:
            write_graph(populate(size), folder)
            wall, cpu = time.perf_counter(), used_seconds()
            place = ParquetFolder(str(folder))
            place.write(resolve_frames(place.read(session), load_rules()))
            wall, cpu = time.perf_counter() - wall, used_seconds() - cpu
            print(f"{size:>12,} links  {wall:8.1f} s wall  {cpu:8.1f} s cpu", flush=True)
        finally:
            shutil.rmtree(folder)
    session.stop()


if __name__ == "__main__":
    main()
