"""Airflow's command line, with the heavy libraries already imported.

LocalExecutor forks a process for each task from the scheduler. What the scheduler has imported,
each task gets for nothing; what it has not, each task imports again: 2 s for dbt, 3 s for Great
Expectations, ten times a chain. Called like `airflow`:

    python -m c360.airflow_scheduler scheduler
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys

# What the task bodies import from others; a library that is missing here costs time, never
# correctness. Our own packages are not here: a task runs the code that is there when it starts.
PRELOADED = (
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.adapters.postgres",
    "great_expectations",
    "psycopg",
    "psycopg2.extras",
    "duckdb",
    "pyarrow.compute",
    "scipy.sparse.csgraph",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.execution_time.supervisor",
    "airflow.dag_processing.dagbag",
)


def main() -> None:
    """Import, then become `airflow`."""
    if hasattr(os, "fork"):
        for name in PRELOADED:
            importlib.import_module(name)
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.argv[0] = "airflow"
    main()
