"""How long identity resolution takes from and to PostgreSQL: rebuild, a day on top, no news.

    python -m benchmarks.identity_store [LINKS] [TOUCHED]     (5,000,000 and 50,000 by default)

The server's own processor seconds stand beside the wall clock: on a shared machine they tell more.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import psutil
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.population import DAYS, Population, populate
from benchmarks.throw_away import throw_away_database
from identity_resolution.graph import Integers
from identity_store import IdentityCounts, run
from settings import Settings
from warehouse.columns import copy_in
from warehouse.connection import LOGIN, Connection, connect
from warehouse.embedded import server_of
from warehouse.runs import open_run

START = datetime(2025, 10, 1, tzinfo=UTC)
FIRST_RUN_AT = START + timedelta(days=DAYS + 1)

_FILL = """
insert into identity.identifier (identifier_id, namespace, scope, value, arrival_day)
select number, namespace, scope, value, date '2025-10-01' from pg_temp.person_identifier
order by number;
insert into identity.identifier_set (identifier_set_id, identifier_ids, strengths)
select number, array[low, high], array[2, 2] from pg_temp.pair order by number;
insert into identity.observation (
    observation_id, event_at, event_day, arrival_day, source, kind, observation_kind,
    identifier_set_id, _load_id
)
select
    number, to_timestamp(seen_at), to_timestamp(seen_at)::date, date '2025-10-01', 'app', 'events',
    'seen', number, 0
from pg_temp.pair order by number;
"""
_LOAD = """
insert into ops.load (
    source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version, rows_in,
    loaded, duplicate, quarantined, started_at
)
values ('app', 'events', %(path)s, sha256(%(path)s::text::bytea), 1, %(day)s, %(day)s, 1, %(rows)s,
    %(rows)s, 0, 0, %(day)s)
returning load_id
"""
_RECORDS = """
insert into identity.observation (
    observation_id, event_at, event_day, arrival_day, source, kind, observation_kind,
    identifier_set_id, _load_id
)
select
    100000000 + set_id, %(at)s, %(at)s::date, %(at)s::date, 'app', 'events', 'seen', set_id,
    %(load_id)s
from unnest(%(sets)s::bigint[]) as touched (set_id)
"""
_ANALYZE = (
    "analyze identity.identifier, identity.identifier_set, identity.observation, identity.link,"
    " identity.identifier_profile, identity.profile"
)


def fill(conn: Connection, people: Population) -> None:
    """Write the dictionary, the sets and the log of observations, as loads would leave them."""
    number = np.arange(len(people.namespace))
    names, scopes, values = people.strings(number)
    conn.execute(
        "create temporary table person_identifier"
        " (number bigint, namespace text, scope text, value text) on commit drop"
    )
    rows = pa.table({"number": number + 1, "namespace": names, "scope": scopes, "value": values})
    copy_in(conn, "pg_temp.person_identifier", rows)
    conn.execute(
        "create temporary table pair (number bigint, low bigint, high bigint, seen_at bigint)"
        " on commit drop"
    )
    low, high = np.minimum(people.left, people.right), np.maximum(people.left, people.right)
    seen_at = people.seen_at + int(START.timestamp())
    columns = {"low": low + 1, "high": high + 1, "seen_at": seen_at}
    copy_in(conn, "pg_temp.pair", pa.table({"number": np.arange(len(people)) + 1, **columns}))
    for statement in _FILL.split(";")[:-1]:
        conn.execute(statement.encode())


def touch(settings: Settings, sets: Integers, day: int) -> None:
    """Load one more record of each of these sets."""
    at = FIRST_RUN_AT + timedelta(days=day)
    with connect(settings, LOGIN) as conn:
        load = {"path": f"touch-{day}", "day": at.date(), "rows": len(sets)}
        row = conn.execute(_LOAD, load).fetchone()
        load_id = row[0] if row else 0
        conn.execute(_RECORDS, {"at": at, "load_id": load_id, "sets": sets.tolist()})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured run."""

    step: str
    wall: float
    client: float
    server: float
    counts: IdentityCounts


def processor_seconds(settings: Settings) -> tuple[float, float]:
    """Return what this process and its database server have used so far."""
    pid_file = server_of(settings).place.data_dir / "postmaster.pid"
    postmaster = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    # Of sessions that ended the postmaster knows, once their processes are gone.
    time.sleep(1)
    times = postmaster.cpu_times()
    server = times.user + times.system + times.children_user + times.children_system
    for child in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            server += sum(child.cpu_times()[:2])
    own = psutil.Process().cpu_times()
    return own.user + own.system, server


def measured(settings: Settings, step: str, day: int, *, is_full: bool = False) -> Figure:
    """Run identity over what is pending and return what it took."""
    at = FIRST_RUN_AT + timedelta(days=day, hours=1)
    opened = open_run(settings, run_at=at)
    with connect(settings, LOGIN, autocommit=True) as conn:
        conn.execute("update ops.load set published_run_id = %s", (opened.run_id,))
        conn.execute(_ANALYZE)
    wall, (client, server) = time.perf_counter(), processor_seconds(settings)
    counts = run(settings, opened, mode="full" if is_full else "incremental")
    wall, after = time.perf_counter() - wall, processor_seconds(settings)
    return Figure(step, wall, after[0] - client, after[1] - server, counts)


def figures(links: int, touched: int) -> Iterator[Figure]:
    """Yield the figures of each step."""
    people = populate(links)
    chance = np.random.default_rng(2)
    with throw_away_database() as settings:
        with connect(settings, LOGIN) as conn:
            fill(conn, people)
        yield measured(settings, "first build, everything written", 0, is_full=True)
        yield measured(settings, "rebuild, nothing differs", 1, is_full=True)
        touch(settings, chance.permutation(len(people))[:touched] + 1, 2)
        yield measured(settings, f"{touched:,} links touched again", 2)
        yield measured(settings, "no news", 3)


def main() -> None:
    """Print the figures as they come."""
    links, touched = (
        int(text) for text in (sys.argv + ["5000000", "50000"][len(sys.argv) - 1 :])[1:3]
    )
    table = Table(
        "step",
        "wall s",
        "client cpu s",
        "server cpu s",
        "links",
        "rows written",
        "largest component",
        title=f"identity from and to PostgreSQL, {links:,} links",
    )
    for figure in figures(links, touched):
        counts = figure.counts
        row = (figure.step, f"{figure.wall:.1f}", f"{figure.client:.1f}", f"{figure.server:.1f}")
        sizes = (counts.links_affected, counts.rows_written, counts.largest_component)
        table.add_row(*row, *(f"{size:,}" for size in sizes))
        print(*row, *sizes, flush=True)
    Console().print(table)


if __name__ == "__main__":
    main()
