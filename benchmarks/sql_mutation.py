"""Whether the unit tests of the dbt models notice when a model is wrong.

    python -m benchmarks.sql_mutation [--models a,b] [--sample N] [--alive]

Each mutant is one model with one change (see `benchmarks.sql_mutants`), run as SQL in the place of
the model in each of its unit tests. One that PostgreSQL refuses to parse is none. Prints killed and
tried per model, models without a unit test last; exits with 1 below the bar.
"""

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from benchmarks.mutation import PROJECT
from benchmarks.sql_mutants import Mutant, mutants
from benchmarks.throw_away import throw_away_database
from pipeline.transform import build_layer, run_dbt
from settings import Settings
from warehouse.connection import connect
from warehouse.runs import open_run

MODELS = PROJECT / "dbt_project" / "models"
BAR = 0.80
SAMPLE = 30
AS_OF = date(2026, 11, 20)
LAYERS = ("staging", "marts", "offers")
_NODE = re.compile(r'"node_id": "unit_test\.\w+\.(\w+)\.(\w+)"')
_STILLBORN = (psycopg.errors.SyntaxErrorOrAccessRuleViolation, psycopg.errors.NotSupportedError)
_MILLISECONDS = 2_000

Tests = dict[str, list[str]]
"""The SQL of the unit tests by model."""


def unit_tests(settings: Settings) -> Tests:
    """The SQL that dbt runs for each unit test, on relations that are empty."""
    run = open_run(settings, run_at=datetime(2026, 11, 21, tzinfo=UTC), as_of=AS_OF)
    for layer in LAYERS:
        build_layer(settings, run, layer)
    found: Tests = defaultdict(list)
    with _overheard() as statements:
        run_dbt(settings, ["test", "--select", "test_type:unit"])
    for statement in statements:
        node = _NODE.search(statement)
        if node and "dbt_internal_unit_test_actual" in statement:
            found[node[1]].append(statement)
    return found


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Every statement that dbt sends meanwhile."""
    from dbt.adapters.sql.connections import SQLConnectionManager  # noqa: PLC0415 - takes seconds

    statements: list[str] = []
    add_query = SQLConnectionManager.add_query

    def listening(self: Any, sql: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        statements.append(sql)
        return add_query(self, sql, *arguments, **options)

    SQLConnectionManager.add_query = listening
    try:
        yield statements
    finally:
        SQLConnectionManager.add_query = add_query


def agrees(conn: psycopg.Connection, sql: str) -> bool:
    """Whether the rows a model gives are those its test expects."""
    rows: Counter[tuple[object, ...]] = Counter()
    for row in conn.execute(sql.encode()):
        values = tuple(map(_comparable, row[:-1]))
        rows[values] += 1 if row[-1] == "actual" else -1
    return not any(rows.values())


def _comparable(value: object) -> str:
    """The same text for the same number, whatever its scale."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return str(Decimal(str(value)).normalize() if is_number else value)


def outcome(conn: psycopg.Connection, mutant: Mutant, tests: Sequence[str]) -> str:
    """`killed`, `alive` or `stillborn`."""
    for test in tests:
        sql = mutant.applied_to(test)
        if sql is None:
            continue
        try:
            if not agrees(conn, sql):
                return "killed"
        except _STILLBORN:
            return "stillborn"
        except psycopg.Error:  # a division by zero, a run without end
            return "killed"
        finally:
            conn.rollback()
    return "alive"


def tried(
    conn: psycopg.Connection, model: str, tests: Sequence[str], sample: int
) -> Iterator[tuple[Mutant, str]]:
    """Some mutants of one model with their outcomes, the same ones each time."""
    text = next(MODELS.rglob(f"{model}.sql")).read_text("utf-8")
    every = list(dict.fromkeys(mutant for test in tests for mutant in mutants(test, text)))
    random.Random(1).shuffle(every)
    live = 0
    for mutant in every:
        found = outcome(conn, mutant, tests)
        if found != "stillborn":
            live += 1
            yield mutant, found
        if sample and live == sample:
            return


def main(arguments: Sequence[str]) -> int:
    """Print what was killed per model, and whether that is enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="", help="only these, by comma")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants a model; 0 for all")
    parser.add_argument("--alive", action="store_true", help="print each mutant that survives")
    chosen = parser.parse_args(arguments)
    wanted = set(filter(None, chosen.models.split(",")))
    with throw_away_database() as settings:
        tests = unit_tests(settings)
        with connect(settings, "c360_transform") as conn:
            conn.execute(f"set statement_timeout = {_MILLISECONDS}")
            conn.execute("set timezone = 'UTC'")
            conn.commit()
            counts = {
                model: _count(conn, model, tests[model], chosen)
                for model in sorted(tests)
                if not wanted or model in wanted
            }
    return _verdict(counts)


def _count(
    conn: psycopg.Connection, model: str, tests: Sequence[str], chosen: argparse.Namespace
) -> Counter[str]:
    for test in tests:
        if not agrees(conn, test):
            raise ValueError(f"a unit test of {model} fails as it is")
        conn.rollback()
    counts: Counter[str] = Counter()
    for mutant, found in tried(conn, model, tests, chosen.sample):
        counts[found] += 1
        if chosen.alive and found == "alive":
            print(f"  {model}: {mutant.line.strip()}  ->  {mutant.changed.strip()}", flush=True)
    print(f"{model:<28} {counts['killed']:>3} of {counts.total()}", flush=True)
    return counts


def _verdict(counts: Mapping[str, Counter[str]]) -> int:
    total = sum(counts.values(), Counter[str]())
    share = total["killed"] / max(total.total(), 1)
    print(f"{total['killed']} of {total.total()} SQL mutants killed: {share:.1%}, bar {BAR:.0%}")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
