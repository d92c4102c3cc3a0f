"""The loader's memory does not grow with the file."""

import json
import os
import subprocess
import sys
from pathlib import Path

from settings import Settings

LIMIT_MEGABYTES = 300
LINES = 60_000

PROGRAM = """
import re
from datetime import date
from ingestion.window import load_window
from settings import load_settings
day = date(2026, 11, 20)
counts = load_window(load_settings(), "app", day, day, arrival_day=day)
# Not getrusage: its maximum also counts what the process was before it became this program.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(counts.loaded, counts.quarantined, int(peak[1]) // 1024)
"""


def write_events(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        for number in range(LINES):
            event = {
                "type": "track", "event": "Product Viewed", "messageId": f"m{number}",
                "anonymousId": f"install-{number % 20_000}", "userId": f"M{number % 5_000}",
                "timestamp": "2026-11-20T01:05:00.000Z", "properties": {"text": "x" * 900},
            }  # fmt: skip
            file.write(json.dumps(event) + "\n")
            if number == LINES // 2:
                file.write("y" * 12_000_000 + "\n")


def test_a_large_file_is_loaded_in_little_memory(warehouse_settings: Settings) -> None:
    path = warehouse_settings.landing_dir / "app" / "events" / "2026-11-20" / "a.jsonl"
    write_events(path)
    assert path.stat().st_size > 60_000_000
    environment = {
        **os.environ,
        "C360_STATE_DIR": str(warehouse_settings.state_dir),
        "C360_DATABASE_URL": warehouse_settings.database_url,
        "C360_LANDING_DIR": str(warehouse_settings.landing_dir),
        "PYTHONPATH": str(warehouse_settings.project_dir),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True
    )
    loaded, quarantined, megabytes = map(int, done.stdout.split())
    assert (loaded, quarantined) == (LINES, 1)
    assert megabytes < LIMIT_MEGABYTES
