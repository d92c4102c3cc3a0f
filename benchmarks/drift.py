"""What finding unknown fields costs: `python -m benchmarks.drift`.

CPU seconds of the database and this process to look through the keys of mini-program events, of
which one in a thousand has a field that no contract names, against loading the same file.
"""

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from ingestion.contract import load_contract
from ingestion.drift import note_unknown_fields
from ingestion.file_load import load_file
from settings import load_settings
from warehouse.bootstrap import start_database
from warehouse.embedded import server_of
from warehouse.kinds import unknown_fields
from warehouse.migrate import migrate

ROWS = 100_000
DAY = date(2026, 11, 20)


def event(number: int) -> str:
    """One line."""
    properties = {
        "$lib": "MiniProgram", "$scene": "wx-1089", "$url_path": "pages/goods/detail",
        "$app_id": "wx00000000000000a1", "$model": "iPhone15,3", "$os": "iOS",
        "$network_type": "wifi", "$timezone_offset": -480, "product_id": f"SKU-{number % 60}",
        "category": "tea", "price_fen": 1000,
    }  # fmt: skip
    if number % 1000 == 0:
        properties["colour"] = "red"
    storage = f"1795000000000-{number % 5000:07d}-00aa00bb00cc00-9876543"
    return json.dumps({
        "type": "track", "event": "ProductView", "time": 1795140000000 + number,
        "distinct_id": storage, "anonymous_id": storage, "identities": {"$identity_mp_id": storage},
        "properties": properties, "lib": {}, "_track_id": number, "_flush_time": 1795150000000,
    })  # fmt: skip


def main() -> None:
    """Load once, look through the keys three times, print seconds and microseconds a row."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"C360_STATE_DIR": folder}
        settings = start_database(load_settings(environment))
        try:
            migrate(settings)
            path = Path(folder) / "landing/mini_program/events/2026-11-20/a.jsonl"
            path.parent.mkdir(parents=True)
            path.write_text("".join(event(number) + "\n" for number in range(ROWS)))
            settings = replace(settings, landing_dir=Path(folder) / "landing")
            contract = load_contract("mini_program", "events")
            started = time.perf_counter()
            load = load_file(settings, path, contract, arrival_day=DAY, landing_day=DAY)
            loading = time.perf_counter() - started
            looking = min(_timed(settings, load.load_id) for _ in range(3))
            found = unknown_fields(settings)
        finally:
            server_of(settings).stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{ROWS:,} rows: loading {loading:.1f} s, looking for unknown fields {looking:.2f} s"
        f" ({looking / ROWS * 1e6:.1f} us a row, {looking / loading:.0%} of loading),"
        f" peak {peak} MB; found {[(f.field, f.rows) for f in found]}\n"
    )


def _timed(settings: object, load_id: int) -> float:
    started = time.perf_counter()
    note_unknown_fields(settings, [load_id])  # type: ignore[arg-type]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
