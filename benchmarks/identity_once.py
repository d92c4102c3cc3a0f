"""Identity resolution of a Parquet file of links: prints seconds by step and peak memory as JSON.

In a process of its own, so that memory is that of resolving alone, as with Splink's clustering of
the same file; started by `benchmarks.identity`.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.observations import dictionary
from identity_resolution.graph import NO_STATEMENT, Graph, Identifiers, Integers, Links, Resolution
from identity_resolution.resolution import resolve
from identity_store.rule_file import load_rules

PARTS = ("namespace", "scope", "value")


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


def resolved(seen_at: Integers, texts: tuple[pa.Array, ...]) -> tuple[Clock, Resolution]:
    """Resolve links given as strings, end after end: left ends first."""
    clock, size = Clock(), len(seen_at)
    with clock.step("strings to integers"):
        identifiers, place = dictionary(*texts)
    with clock.step("links"):
        graph = _graph(identifiers, place[:size], place[size:], seen_at)
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


def _both_ends(links: pa.Table, part: str) -> pa.Array:
    """Return a column of all left ends, then of all right ends."""
    left, right = links[f"{part}_l"], links[f"{part}_r"]
    column = pa.chunked_array(left.chunks + right.chunks)
    return column.unify_dictionaries().combine_chunks()


def main() -> None:
    """Resolve the links at the path given."""
    kinds = [f"{part}_{end}" for part in PARTS[:2] for end in "lr"]
    links = pq.read_table(sys.argv[1], read_dictionary=kinds)
    texts = tuple(_both_ends(links, part) for part in PARTS)
    seen_at = links["seen_at"].to_numpy()
    del links
    clock, resolution = resolved(seen_at, texts)
    figures = {
        "steps": {name: (step.wall, step.cpu) for name, step in clock.steps.items()},
        "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "refused": int((resolution.decision > 0).sum()),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
