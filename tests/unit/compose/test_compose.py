"""The compose file, the image, the environment template and the code name the same things."""

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from c360.airflow_environment import ONE_THREAD, TELEMETRY_OFF, TUNING
from c360.cli import app
from c360.cli.receive import GRACEFUL_SECONDS

PROJECT = Path(__file__).resolve().parents[3]
TEXT = (PROJECT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: s for name, s in SERVICES.items() if s["image"].startswith("customer360:")}
LOGINS = (PROJECT / "docker" / "postgres_logins.sh").read_text()
TEMPLATE = (PROJECT / ".env.example").read_text()


def airflow_options() -> set[str]:
    found = find_spec("airflow")  # importing it would take seconds
    assert found
    assert found.origin
    path = Path(found.origin).parent / "config_templates" / "config.yml"
    sections = yaml.safe_load(path.read_text())
    return {
        f"AIRFLOW__{section}__{option}".upper()
        for section, body in sections.items()
        for option in body["options"]
    }


def variables() -> dict[str, str]:
    return dict(re.findall(r"(?<!\$)\$\{(\w+)(:?[-?]?)", TEXT))


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_a_patch_version(name: str):
    assert re.fullmatch(r"[\w./]+:\d+\.\d+(\.\d+)?(-\w+)?", SERVICES[name]["image"])


def test_our_image_carries_the_version_of_the_project():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert {s["image"] for s in OURS.values()} == {f"customer360:{version}"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_healthy(name: str):
    check = SERVICES[name]["healthcheck"]
    assert "test" in check or (name == "init" and check == {"disable": True})


@pytest.mark.parametrize("name", [n for n, s in SERVICES.items() if "ports" in s])
def test_every_port_is_open_to_this_machine_only(name: str):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


def test_secrets_have_no_default():
    secret = re.compile(r"PASSWORD|SECRET|KEY")
    found = {name: mark for name, mark in variables().items() if secret.search(name)}
    assert len(found) >= 7
    assert set(found.values()) == {":?"}


def test_no_secret_is_written_out():
    written = re.findall(r"(?:PASSWORD|SECRET|KEY)\w*: (?!\$\{)([^\n]+)", TEXT)
    assert [value for value in written if not value.startswith("/opt/customer360/")] == []


def test_the_template_lists_every_variable_and_gives_no_secret():
    listed = re.findall(r"^(?:# )?(\w+)=", TEMPLATE, re.MULTILINE)
    assert set(variables()) <= set(listed)
    required = re.findall(r"^(\w+)=(.*)$", TEMPLATE, re.MULTILINE)
    assert {name for name, _ in required} == {n for n, m in variables().items() if m == ":?"}
    assert {value for _, value in required} == {""}


def test_mounted_files_of_the_project_exist():
    volumes = [v for s in SERVICES.values() for v in s.get("volumes", ())]
    mounted = {v.split(":")[0] for v in volumes if v.startswith("./")}
    assert mounted == {"./config", "./docker/postgres_logins.sh"}
    assert all((PROJECT / path).exists() for path in mounted)


def test_named_volumes_are_declared():
    volumes = [v for s in SERVICES.values() for v in s.get("volumes", ())]
    named = {v.split(":")[0] for v in volumes if re.match(r"\w+:", v)}
    assert named == set(yaml.safe_load(TEXT)["volumes"])


def test_the_addresses_name_the_logins_and_databases_that_are_made():
    environment = OURS["scheduler"]["environment"]
    addresses = re.findall(
        r"postgresql(?:\+psycopg2)?://(\w+):\$\{(\w+):\?[^}]*\}@postgres:5432/(\w+)",
        " ".join(environment.values()),
    )
    assert set(addresses) == {
        ("c360_admin", "C360_WAREHOUSE_PASSWORD", "customer360"),
        ("airflow", "C360_AIRFLOW_PASSWORD", "airflow"),
    }
    for login, _, database in addresses:
        assert f"create role {login} login" in LOGINS
        assert f"create database {database} owner {login};" in LOGINS
    assert {v for _, v, _ in addresses} <= set(SERVICES["postgres"]["environment"])
    assert "superuser" not in LOGINS.split("set -eu")[1]


@pytest.mark.parametrize("name", OURS)
def test_every_process_of_ours_has_the_same_environment(name: str):
    common = OURS["scheduler"]["environment"]
    assert common.items() <= OURS[name]["environment"].items()


def test_every_airflow_variable_is_an_option_of_this_airflow():
    named = [*OURS["scheduler"]["environment"], *TUNING, *TELEMETRY_OFF, *ONE_THREAD]
    options = airflow_options() | {
        # of the providers, not of the core
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__CELERY__RESULT_BACKEND",
    }
    assert {name for name in named if name.startswith("AIRFLOW__")} - options == set()


def test_nothing_reports_usage_in_containers_either():
    assert TELEMETRY_OFF.items() <= OURS["scheduler"]["environment"].items()


@pytest.mark.parametrize("name", SERVICES)
def test_dependencies_are_services(name: str):
    assert set(SERVICES[name].get("depends_on", ())) <= set(SERVICES)


def test_workers_and_redis_start_only_on_demand():
    on_demand = {name for name, s in SERVICES.items() if s.get("profiles") == ["scale"]}
    assert on_demand == {"redis", "worker"}


def test_the_receiver_starts_on_demand_and_without_the_database():
    receiver = SERVICES["receiver"]
    assert receiver["profiles"] == ["receive"]
    assert not receiver["depends_on"]
    port = receiver["command"][receiver["command"].index("--port") + 1]
    assert receiver["ports"] == [f"127.0.0.1:${{C360_RECEIVE_PORT:-{port}}}:{port}"]
    assert f":{port}/health" in receiver["healthcheck"]["test"][-1]
    stop_seconds = int(receiver["stop_grace_period"].removesuffix("s"))
    assert stop_seconds > GRACEFUL_SECONDS


def test_the_command_line_knows_what_the_receiver_is_started_with():
    done = CliRunner().invoke(app, [*SERVICES["receiver"]["command"][1:], "--help"])
    assert done.exit_code == 0


@pytest.mark.parametrize("name", OURS)
def test_secrets_of_accounts_come_from_a_file_that_is_in_no_tree_and_no_image(name: str):
    (given,) = SERVICES[name]["env_file"]
    assert given == {"path": "secrets.env", "required": False}
    for ignoring in (".gitignore", ".dockerignore"):
        assert "secrets.env" in (PROJECT / ignoring).read_text().splitlines()
    assert "C360_PUSH_TOKEN_" in TEMPLATE


def test_the_image_is_built_on_a_supported_python_from_hashed_locks():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.11\.\d+-slim-bookworm$", dockerfile, re.MULTILINE)
    assert dockerfile.count("--require-hashes") == 1
    assert "USER c360" in dockerfile
    locks = re.findall(r"(?:^|\s)((?:docker/)?\w+\.lock)(?=\s)", dockerfile)
    assert all((PROJECT / lock).exists() for lock in locks if "/" in lock)


def test_the_lock_of_the_workers_adds_to_the_lock_and_repeats_nothing():
    def names(path: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+)==", (PROJECT / path).read_text(), re.MULTILINE))

    extra = names("docker/celery.lock")
    assert "apache-airflow-providers-celery" in extra
    assert not extra & names("requirements.lock")
    assert "://" not in (PROJECT / "docker" / "celery.lock").read_text()
