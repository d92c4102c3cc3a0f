"""How fast the pure core of identity resolution is: strings in, profiles out, on one machine.

Usage: python benchmarks/identity.py [LINKS]     (2,000,000 by default)
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from identity_resolution.anchors import birth_ids
from identity_resolution.claims import no_claims
from identity_resolution.graph import Graph, Integers
from identity_resolution.incremental import News, absorb, begin, settle
from identity_resolution.links import link
from identity_resolution.observations import Occasions, dictionary, gather
from identity_resolution.resolution import resolve
from identity_resolution.rule_file import load_rules

NAMESPACES = ("member_id", "openid", "phone", "app_install_id", "web_cookie")
IDENTIFIERS_PER_PERSON = 5
STRANGER_SHARE = 0.02
"""Share of the pairs that join two different persons: friends' devices, family phones."""


def population(links: int, seed: int = 1) -> tuple[pa.Array, pa.Array, Integers]:
    """Return namespaces and values of `links` observed pairs, end after end, and their times."""
    chance = np.random.default_rng(seed)
    persons = max(links // (2 * IDENTIFIERS_PER_PERSON), 1)
    person = chance.integers(0, persons, links)
    is_stranger = chance.random(links) < STRANGER_SHARE
    stranger = np.where(is_stranger, chance.integers(0, persons, links), person)
    first = chance.integers(0, IDENTIFIERS_PER_PERSON, links)
    second = (first + chance.integers(1, IDENTIFIERS_PER_PERSON, links)) % IDENTIFIERS_PER_PERSON
    kind = np.column_stack((first, second)).ravel()
    owner = np.column_stack((person, stranger)).ravel()
    names = pa.array(NAMESPACES).take(pa.array(kind))
    digits = pc.utf8_lpad(pa.array(owner).cast(pa.string()), 12, padding="0")
    values = pc.binary_join_element_wise(names, digits, "-")
    return names, values, chance.integers(0, 400 * 86_400, links)


def measure(links: int) -> dict[str, float]:
    """Return the seconds of each step, in order."""
    rules = load_rules()
    names, values, at = population(links)
    scopes = pa.array(np.zeros(len(values), dtype=np.int8)).cast(pa.string())
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[step] = time.perf_counter() - start

    zeros = np.zeros(links, dtype=np.int64)
    occasions = Occasions(at, zeros.astype(np.int8), zeros, np.arange(links), zeros)
    with timed("strings to integers"):
        identifiers, member = dictionary(names, scopes, values)
    with timed("observations to sets"):
        evidence = gather(occasions, np.repeat(np.arange(links), 2), member, np.full(2 * links, 2))
    with timed("sets to links"):
        link(evidence)
    state, nobody = begin(identifiers), np.zeros(len(identifiers), dtype=bool)
    news = News(evidence, no_claims(len(identifiers)), evidence.holding, nobody, nobody)
    with timed("links and screening of the first step"):
        change = absorb(state, news, rules)
    with timed("first step: components, ordered pass, anchors"):
        state = settle(state, change, rules)
    with timed("the same without increments (resolve)"):
        resolution = resolve(Graph(state.graph.identifiers, state.graph.links), rules)
    with timed("profile ids"):
        anchors = state.graph.identifiers.take(np.unique(resolution.anchor))
        columns = (anchors.namespace, anchors.scope, anchors.value)
        birth_ids(b"benchmark", list(zip(*(c.to_pylist() for c in columns), strict=True)))
    day = replace(news, evidence=evidence.slice(0, max(links // 100, 1)))
    with timed("one more step of 1 % of the evidence"):
        settle(state, absorb(state, day, rules), rules)
    contested = np.bincount(resolution.decision, minlength=3)
    seconds["(links)"] = float(len(state.graph.links))
    seconds["(refused)"] = float(contested[1:].sum())
    return seconds


def main() -> None:
    """Print the figures."""
    links = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    table = Table("step", "seconds", "links/s", title=f"identity core, {links:,} observed pairs")
    for step, seconds in measure(links).items():
        if step.startswith("("):
            table.add_row(step, f"{seconds:,.0f}", "")
        else:
            table.add_row(step, f"{seconds:.2f}", f"{links / seconds:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
