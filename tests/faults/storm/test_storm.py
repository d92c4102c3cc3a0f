"""The storm: a week in which everything goes wrong ends where a quiet run of the same files ends.

All channels; lines shuffled, 5 % sent again, 2 % broken, three versions of the records; processes
killed at named points and at random moments, two schedulers at once, a full disk, an erasure.
`C360_STORM_SEED` makes another storm.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from c360.profile_card import parse_identifier
from identity_store.erasure import Erasure
from pipeline.chain import run_chain
from pipeline.erasure import erase_everywhere
from pipeline.window import Window
from sample_data import write_sample
from settings import Settings
from tests.conftest import new_database
from tests.small_disk import SmallDisk, database_on_small_disk
from tests.state import current_state, differing
from warehouse.connection import LOGIN, connect
from warehouse.database_roles import open_database
from warehouse.faults import VARIABLE

SEED = int(os.environ.get("C360_STORM_SEED", "7"))
ONE_DAY = timedelta(days=1)
LAST_DAY = date(2026, 11, 20)
DAYS = [LAST_DAY - n * ONE_DAY for n in reversed(range(7))]
DAY_OF_ERASURE = DAYS[3]

RESENT_SHARE, BROKEN_SHARE = 0.05, 0.02
FEW_LINES = 40
"""Files below this are not broken: one line of a few would close the gate, as it should."""

POINTS = (
    "ingest_after_copy",
    "ingest_before_commit",
    "ingest_after_commit",
    "identity_after_observe",
    "identity_before_commit",
    "publish_after_tables",
    "publish_before_commit",
    "publish_after_commit",
)

ROOM, NO_ROOM = 2_000, 1
"""Megabytes of the disk, and how many are free when it is full."""


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The week as it is sent: every world gets a copy."""
    root = tmp_path_factory.mktemp("storm")
    write_sample(root, people=200, days=14, seed=SEED, last_day=LAST_DAY + ONE_DAY)
    for folder in (root / "landing").glob("*/*/*"):
        if not str(DAYS[0]) <= folder.name <= str(LAST_DAY):
            shutil.rmtree(folder)
    rng = random.Random(SEED)
    for path in sorted((root / "landing").glob("*/*/*/*.jsonl")):
        scramble(path, rng)
    return root / "landing"


def scramble(path: Path, rng: random.Random) -> None:
    """Other versions, another order, broken lines more; some lines again on a day after."""
    lines = [reshaped(line, rng) for line in path.read_bytes().splitlines()]
    again = [line for line in lines if rng.random() < RESENT_SHARE]
    if again:
        days_on = rng.randrange((LAST_DAY - date.fromisoformat(path.parent.name)).days + 1)
        day = date.fromisoformat(path.parent.name) + days_on * ONE_DAY
        resent = path.parent.with_name(str(day)) / f"resent-{path.parent.name}-{path.name}"
        resent.parent.mkdir(exist_ok=True)
        resent.write_bytes(b"".join(line + b"\n" for line in again))
    if len(lines) >= FEW_LINES:
        broken = [line[: len(line) // 2] for line in lines if rng.random() < BROKEN_SHARE]
        lines += broken
    rng.shuffle(lines)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def reshaped(line: bytes, rng: random.Random) -> bytes:
    """The record in one of three versions: as it is, with a field more, with a nested one too."""
    version = rng.randrange(3)
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if version == 0 or not isinstance(record, dict):
        return line
    record["schema_version"] = version
    if version == 2:
        record["experiment"] = {"name": "storm", "arms": ["a", "b"]}
    return json.dumps(record, ensure_ascii=False).encode()


@contextmanager
def quiet_world(template: Settings, landing: Path, folder: Path) -> Iterator[Settings]:
    shutil.copytree(landing, folder)
    with new_database(template, is_copy=True) as database:
        with connect(database, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield replace(database, landing_dir=folder)


@contextmanager
def stormy_world(
    template: Settings, landing: Path, folder: Path
) -> Iterator[tuple[Settings, SmallDisk]]:
    shutil.copytree(landing, folder)
    with database_on_small_disk(template, ROOM) as (database, disk):
        yield replace(database, landing_dir=folder), disk


def evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC) + ONE_DAY


def start(settings: Settings, day: date, **environment: str) -> subprocess.Popen[bytes]:
    """The program itself, in a process group of its own."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("c360"), "run", "--from", str(day), "--to", str(day)],
        env={
            **os.environ,
            "C360_STATE_DIR": str(settings.state_dir),
            "C360_DATABASE_URL": settings.database_url,
            "C360_LANDING_DIR": str(settings.landing_dir),
            "COLUMNS": "1000",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    text, _ = process.communicate(timeout=600)
    return process.returncode, text.decode()


def killed_at_random(settings: Settings, day: date, rng: random.Random) -> None:
    process = start(settings, day)
    try:
        process.wait(timeout=rng.uniform(1, 25))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def healed(settings: Settings, day: date) -> None:
    code, text = ended(start(settings, day))
    assert code == 0, text


def two_at_once(settings: Settings, day: date) -> None:
    """One does the work; the other waits, finds it done, or is told to try again."""
    both = [start(settings, day), start(settings, day)]
    told = [ended(process) for process in both]
    assert 0 in {code for code, _ in told}, told


def on_a_full_disk(settings: Settings, disk: SmallDisk, day: date) -> None:
    used = shutil.disk_usage(disk.path).used >> 20
    disk.resize(used + NO_ROOM)
    code, text = ended(start(settings, day))
    disk.resize(ROOM)
    assert code == 1, text
    assert "disk" in text or "No space left" in text, text


def through_the_storm(settings: Settings, disk: SmallDisk, erased: Erasure) -> None:
    rng = random.Random(SEED)
    for day in DAYS:
        for point in rng.sample(POINTS, 2):
            process = start(settings, day, **{VARIABLE: point})
            assert ended(process)[0] in {-signal.SIGKILL, 0}
        if day == DAYS[2]:
            on_a_full_disk(settings, disk, day)
        killed_at_random(settings, day, rng)
        if day == DAYS[1]:
            two_at_once(settings, day)
        healed(settings, day)
        if day == DAY_OF_ERASURE:
            erase_everywhere(settings, erased)


def in_the_quiet(settings: Settings, erased: Erasure) -> None:
    assert run_chain(settings, evening(LAST_DAY), window=Window(DAYS[0], DAY_OF_ERASURE))
    erase_everywhere(settings, erased)
    rest = Window(DAY_OF_ERASURE + ONE_DAY, LAST_DAY)
    assert run_chain(settings, evening(LAST_DAY), window=rest)


def whom_to_erase(landing: Path) -> Erasure:
    """The member with most orders until the day of the erasure."""
    counts: dict[str, int] = {}
    for path in landing.glob("commerce/orders/*/*.jsonl"):
        if path.parent.name <= str(DAY_OF_ERASURE):
            for line in path.read_bytes().splitlines():
                try:
                    member = json.loads(line).get("member_id")
                except ValueError:
                    continue
                if member:
                    counts[member] = counts.get(member, 0) + 1
    named = parse_identifier(f"member_id:{max(counts, key=lambda name: (counts[name], name))}")
    return Erasure(named, "person", evening(DAY_OF_ERASURE), "")


def assert_every_line_is_accounted_for(settings: Settings) -> None:
    with connect(settings, LOGIN) as conn:
        wrong = conn.execute("""
            select l.path, l.rows_in, l.loaded, l.duplicate, l.quarantined
            from ops.load as l
            left join (
                select _load_id as load_id, count(*) as present from raw.record group by 1
            ) as r using (load_id)
            where l.rows_in <> l.loaded + l.duplicate + l.quarantined
                or coalesce(r.present, 0) <> l.loaded - l.superseded - l.erased - l.expired
        """).fetchall()
    assert wrong == []


@pytest.mark.nightly
@pytest.mark.embedded_only
@pytest.mark.timeout(3600)
def test_a_storm_ends_where_a_quiet_run_ends(
    template_database: Settings, landing: Path, tmp_path: Path
):
    erased = whom_to_erase(landing)
    with quiet_world(template_database, landing, tmp_path / "quiet") as quiet:
        in_the_quiet(quiet, erased)
        assert_every_line_is_accounted_for(quiet)
        expected = current_state(quiet)
    with stormy_world(template_database, landing, tmp_path / "stormy") as (stormy, disk):
        through_the_storm(stormy, disk, erased)
        assert_every_line_is_accounted_for(stormy)
        assert differing(current_state(stormy), expected) == set()
