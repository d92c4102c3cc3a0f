import json
import os
from datetime import date
from pathlib import Path

import pytest

from ingestion.landing import Readiness, empty_days, ready_files

DAY = date(2026, 11, 20)
AT_ONCE = Readiness(stable_seconds=0, now_seconds=0)
NOW = 1_000_000.0


def write(landing: Path, place: str, *, age_seconds: float = 0) -> Path:
    path = landing / "app" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    os.utime(path, (NOW - age_seconds, NOW - age_seconds))
    return path


def names(landing: Path, readiness: Readiness = AT_ONCE, last: date = DAY) -> list[str]:
    found = ready_files(landing, "app", (DAY, last), readiness)
    return [str(landed.path.relative_to(landing / "app")) for landed in found]


def test_files_come_in_path_order_and_only_those_of_the_window(tmp_path: Path) -> None:
    for place in ["logins/2026-11-20/a.jsonl", "events/2026-11-21/a.jsonl.gz",
                  "events/2026-11-20/b.csv", "events/2026-11-20/a.json",
                  "events/2026-11-19/a.jsonl", "events/notes/a.jsonl"]:  # fmt: skip
        write(tmp_path, place)
    assert names(tmp_path, last=date(2026, 11, 21)) == [
        "events/2026-11-20/a.json",
        "events/2026-11-20/b.csv",
        "events/2026-11-21/a.jsonl.gz",
        "logins/2026-11-20/a.jsonl",
    ]
    assert names(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["a.jsonl.part", ".a.jsonl", "_a.jsonl", "a.txt", "a", "a.gz"])
def test_what_is_no_finished_landing_file_is_left_alone(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"events/2026-11-20/{name}")
    assert names(tmp_path) == []


def test_a_file_must_have_been_still_for_the_seconds_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "events/2026-11-20/old.jsonl", age_seconds=30)
    write(tmp_path, "events/2026-11-20/young.jsonl", age_seconds=29)
    readiness = Readiness(stable_seconds=30, now_seconds=NOW)
    assert names(tmp_path, readiness) == ["events/2026-11-20/old.jsonl"]


def test_a_file_that_a_manifest_lists_is_ready_at_once(tmp_path: Path) -> None:
    write(tmp_path, "events/2026-11-20/a.jsonl")
    write(tmp_path, "events/2026-11-20/b.jsonl")
    manifest = write(tmp_path, "_manifest/2026-11-20/_files.json")
    readiness = Readiness(stable_seconds=30, now_seconds=NOW)
    for broken in ("{", "{}", '"x"', "[null, 7]"):
        manifest.write_text(broken)
        assert names(tmp_path, readiness) == []
    manifest.write_text(json.dumps(["events/2026-11-20/b.jsonl"]))
    assert names(tmp_path, readiness) == ["events/2026-11-20/b.jsonl"]


def test_empty_days_are_those_with_a_manifest(tmp_path: Path) -> None:
    path = write(tmp_path, "_manifest/2026-11-21/_empty.json")
    found = list(empty_days(tmp_path, "app", DAY, date(2026, 11, 22)))
    assert found == [(date(2026, 11, 21), path)]
