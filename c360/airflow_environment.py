"""The environment variables under which every local Airflow process runs.

One place decides how Airflow is tuned and that nothing in the environment reports usage to anybody.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settings import Settings

ADMIN = "admin"

TELEMETRY_OFF: Mapping[str, str] = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "OPENLINEAGE_DISABLED": "true",
    "SCARF_ANALYTICS": "false",
}

# Two cores and one user: default Airflow forks 32 workers and needs three times as long to start.
TUNING: Mapping[str, str] = {
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    # Each look costs 60 ms of CPU: five a second would take a third of a core from the tasks.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    # A killed task is found and tried again after one minute, not five.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # That finds the tasks of the scheduler that looks; those of a killed one are found by this.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
}

# Numeric libraries would start a thread a core in each of the task processes.
ONE_THREAD: Mapping[str, str] = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def airflow_home(settings: Settings) -> Path:
    """The folder of Airflow's own files: logs, process marks, the password file."""
    return settings.state_dir / "airflow"


def airflow_environment(settings: Settings) -> dict[str, str]:
    """All variables of a local Airflow process: tasks in it load exactly these settings."""
    inherited = dict(os.environ)
    # Without bytecode every import of every process takes twice as long.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **inherited,
        **TELEMETRY_OFF,
        **TUNING,
        **ONE_THREAD,
        **_places(settings),
        **_secrets(settings),
    }


def _places(settings: Settings) -> dict[str, str]:
    home = airflow_home(settings)
    address = f"http://127.0.0.1:{settings.airflow_port}"
    python_path = [str(settings.project_dir), os.environ.get("PYTHONPATH", "")]
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.project_dir / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "C360_AIRFLOW_PORT": str(settings.airflow_port),
        "C360_CONFIG_DIR": str(settings.config_dir),
        "C360_LANDING_DIR": str(settings.landing_dir),
        "C360_STATE_DIR": str(settings.state_dir),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
    }


def _secrets(settings: Settings) -> dict[str, str]:
    database = settings.airflow_database_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.airflow_jwt_secret,
        "AIRFLOW__CORE__FERNET_KEY": settings.airflow_fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(settings)),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "C360_AIRFLOW_DATABASE_URL": settings.airflow_database_url,
        "C360_DATABASE_URL": settings.database_url,
        "C360_IDENTITY_KEY": settings.identity_key.decode(),
    }


def password_file(settings: Settings) -> Path:
    """Where Airflow's simple login reads the one user's generated password (mode 0600)."""
    return airflow_home(settings) / "passwords.json"
