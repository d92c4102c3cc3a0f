"""Loads one file in a process of its own and tells what it cost.

    python -m benchmarks.load_process PATH

Settings come from the environment, as for every command. Prints one JSON object: rows, seconds, CPU
seconds and peak memory of this process, and whether Airflow was imported.
"""

import json
import re
import sys
import time
from datetime import date
from pathlib import Path

from ingestion.contract import load_contract
from ingestion.file_load import load_file
from settings import load_settings

DAY = date(2026, 11, 20)


def main() -> None:
    """The command line."""
    path = Path(sys.argv[1])
    started, cpu_started = time.perf_counter(), time.process_time()
    counts = load_file(
        load_settings(),
        path,
        load_contract("mini_program", "events"),
        arrival_day=DAY,
        landing_day=DAY,
    )
    # Not getrusage: its maximum also counts what the process was before it became this program.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    result = {
        "rows": counts.rows_in,
        "loaded": counts.loaded,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "peak_megabytes": int(peak[1]) / 1024 if peak else None,
        "has_airflow": "airflow" in sys.modules,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
