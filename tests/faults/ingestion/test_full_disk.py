"""The disk is full in the middle of a file: nothing of it stays, and room heals it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingestion.window import WindowCounts, load_window
from settings import Settings
from tests.small_disk import database_on_small_disk
from warehouse.connection import connect
from warehouse.errors import Fatal

pytestmark = pytest.mark.embedded_only

DAY = date(2026, 11, 20)
LINES = 5_000


def write_events(path: Path, first: int, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(first, first + count):
            event = {
                "type": "track",
                "event": "Product Viewed",
                "messageId": f"m{number}",
                "anonymousId": f"install-{number % 7}",
                "timestamp": "2026-11-20T01:05:00.000Z",
                "properties": {"n": number, "padding": "x" * 300},
            }
            file.write(json.dumps(event) + "\n")


def load(settings: Settings) -> WindowCounts:
    return load_window(settings, "app", DAY, DAY, arrival_day=DAY)


def kept(settings: Settings) -> list[tuple[str, int, int]]:
    with connect(settings, "") as conn:
        return conn.execute("""
            select l.path, l.loaded, count(r.*)
            from ops.load as l left join raw.record as r on l.load_id = r._load_id
            group by l.load_id order by 1
        """).fetchall()


def test_a_file_that_fills_the_disk_leaves_nothing_and_loads_when_there_is_room(
    template_database: Settings, tmp_path: Path
):
    folder = tmp_path / "app" / "events" / str(DAY)
    folder.mkdir(parents=True)
    write_events(folder / "1.jsonl", 0, 10)
    write_events(folder / "2.jsonl", 10, LINES)
    with database_on_small_disk(template_database, megabytes=2) as (database, disk):
        settings = replace(database, landing_dir=tmp_path)
        for _ in range(2):
            with pytest.raises(Fatal, match="the disk of the database is full; free some space"):
                load(settings)
            assert kept(settings) == [(f"app/events/{DAY}/1.jsonl", 10, 10)]
        disk.resize(64)
        assert load(settings).loaded == LINES
        assert [row[1:] for row in kept(settings)] == [(10, 10), (LINES, LINES)]
        assert load(settings).files == 0
