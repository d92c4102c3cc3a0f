"""The transform: dbt, in this process, one layer at a time under the lock of stage `transform`."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ingestion.garbage_collection import no_garbage_collection
from pipeline.offer_catalogue import compiled_rules
from pipeline.offer_models import response_model
from pipeline.tag_rules import compiled_tags
from settings import Settings
from warehouse.built_project import (
    is_project_built,
    is_somebody_erased,
    is_staging_built,
    record_project_built,
    record_staging_built,
)
from warehouse.errors import Fatal, Retryable
from warehouse.runs import Run
from warehouse.stage import hold_stage

ROLE = "c360_transform"
STAGE = "transform"
LAYERS = ("staging", "intermediate", "marts", "offers")
"""What can be built, in order; `marts` builds the intermediate layer too, in one call of dbt."""

_OF_FACTS = ("intermediate", "marts")
_RECORDS = {
    "staging": record_staging_built,
    "intermediate": record_project_built,
    "marts": record_project_built,
}
_QUIET = ("--no-version-check", "--log-level", "none", "--log-level-file", "none")
# dbt looks only at the schemas it builds in, not at all of the project.
_SELECTED = ("--cache-selected-only",)
# dbt's threads are what runs at the same time; parallel workers of a query would fight them.
_SESSION = "-c timezone=UTC -c work_mem=96MB -c max_parallel_workers_per_gather=0"
_TRY_AGAIN = re.compile(
    r"could not connect|connection to server|connection already closed|server closed the connection"
    r"|terminating connection|deadlock detected|canceling statement|too many (clients|connections)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\w+ Error( in .*)?$")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class DbtResult:
    """What a dbt command did: nodes by status; by node name rows written, seconds and span.

    A span is when a node began and ended, in seconds since 1970; several nodes may run at a time.
    """

    counts: Mapping[str, int]
    rows: Mapping[str, int]
    seconds: Mapping[str, float]
    spans: Mapping[str, tuple[float, float]]


def build_layer(
    settings: Settings, run: Run, layer: str, *, full_refresh: bool = False
) -> dict[str, int]:
    """Builds one layer as `transform_layer` does and returns how many nodes and rows it made."""
    result = transform_layer(settings, run, layer, full_refresh=full_refresh)
    return {"nodes": sum(result.counts.values()), "rows": sum(result.rows.values())}


def transform_layer(
    settings: Settings, run: Run, layer: str, *, full_refresh: bool = False
) -> DbtResult:
    """Builds one layer for a run of the chain and returns what each of its nodes did.

    `layer` is one of `LAYERS`, in their order. `full_refresh` makes the facts anew from raw. It
    happens by itself when the project is another, whose rules hold for the past too, and in the run
    after somebody was erased: facts keep copies of records that raw no longer has. Staging is left
    as it is while the project is what it was made from.

    Raises:
        Retryable: the database was away, or another holder of the stage did not end.
        Fatal: a model failed; the message names it and carries no value from the data.
    """
    if run.as_of is None:
        raise Fatal(f"run {run.run_id} has no as_of: no day is closed yet, so nothing can be built")
    command = ["build", "--selector", layer, "--exclude-resource-type", "unit_test"]
    command += ["--indirect-selection", "empty"]
    project_hash = _project_hash(settings)
    is_new_project = not is_project_built(settings, project_hash)
    if layer in _OF_FACTS:
        full_refresh = full_refresh or is_new_project or is_somebody_erased(settings)
    if full_refresh:
        command.append("--full-refresh")
    with hold_stage(settings, STAGE, run_id=run.run_id, role=ROLE) as fence:
        if layer == "staging" and not full_refresh and is_staging_built(settings, project_hash):
            return DbtResult({}, {}, {}, {})
        variables = {
            "C360_DBT_RUN_ID": str(run.run_id),
            "C360_DBT_AS_OF": run.as_of.isoformat(),
            "C360_DBT_FENCE": str(fence.number),
            "C360_DBT_IS_NEW_PROJECT": str(int(is_new_project)),
            "C360_DBT_OFFER_RULES": compiled_rules(settings),
            "C360_DBT_RESPONSE_MODEL": response_model(settings, ROLE),
            "C360_DBT_TAG_RULES": compiled_tags(settings),
        }
        result = run_dbt(settings, command, variables)
        if layer in _RECORDS:
            _RECORDS[layer](settings, project_hash)
        fence.counts[f"{layer}_model_seconds"] = round(sum(result.seconds.values()), 3)
    return result


def _project_hash(settings: Settings) -> str:
    """Changes with every file of the project that dbt may read."""
    project = settings.project_dir / "dbt_project"
    paths = sorted(path for path in project.rglob("*") if path.suffix in {".sql", ".yml", ".csv"})
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(project)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def write_manifest(settings: Settings) -> Path:
    """Parses the project and returns the path of dbt's `manifest.json`."""
    run_dbt(settings, ["parse", "--write-json"])
    return _target_dir(settings) / "manifest.json"


def run_dbt(
    settings: Settings, command: Sequence[str], variables: Mapping[str, str] | None = None
) -> DbtResult:
    """Runs a dbt command of this project in this process.

    `variables` are the values of this run that the models read from the environment.

    Raises:
        Retryable: the connection was lost or refused; the same command may work later.
        Fatal: a node failed, or the project cannot be parsed.
    """
    environment = {**_connection_variables(settings), **(variables or {})}
    # What dbt parsed stays: looking for garbage in it takes a tenth of the time.
    with _environment(environment), no_garbage_collection():
        # dbt reads the environment when it is imported, and its import takes seconds.
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        outcome = dbtRunner().invoke(
            [*_QUIET, *_SELECTED, *_write_json(command), *_places(settings)]
        )
    if outcome.exception is not None:
        text = str(outcome.exception)
        kind = Retryable if _TRY_AGAIN.search(text) else Fatal
        raise kind(f"dbt {command[0]} cannot start: {_without_values(text)}")
    results = getattr(outcome.result, "results", [])
    _raise_failures(results)
    return _summarise(results)


def _write_json(command: Sequence[str]) -> list[str]:
    # dbt's result files quote the database's error texts, which quote rows.
    return list(command) if "--write-json" in command else [*command, "--no-write-json"]


def _places(settings: Settings) -> list[str]:
    project = str(settings.project_dir / "dbt_project")
    log = str(settings.state_dir / "dbt" / "logs")
    target = str(_target_dir(settings))
    return [
        *("--project-dir", project),
        *("--profiles-dir", project),
        *("--target-path", target),
        *("--log-path", log),
    ]


def _target_dir(settings: Settings) -> Path:
    # What dbt parsed holds for one database; for another it parses the project again.
    database = urlsplit(settings.database_url).path.removeprefix("/")
    return settings.state_dir / "dbt" / "target" / database


def _connection_variables(settings: Settings) -> dict[str, str]:
    parts = urlsplit(settings.database_url)
    return {
        "C360_DBT_HOST": parts.hostname or "127.0.0.1",
        "C360_DBT_PORT": str(parts.port or 5432),
        "C360_DBT_USER": unquote(parts.username or ""),
        "C360_DBT_PASSWORD": unquote(parts.password or ""),
        "C360_DBT_DBNAME": parts.path.removeprefix("/"),
        "C360_DBT_SSLMODE": parse_qs(parts.query).get("sslmode", ["prefer"])[0],
        "C360_DBT_APPLICATION_NAME": f"c360:{STAGE}",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PGOPTIONS": f"{_SESSION} -c client_connection_check_interval=500ms",
    }


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _raise_failures(results: Sequence[Any]) -> None:
    failed = [result for result in results if str(result.status) in {"error", "fail"}]
    if not failed:
        return
    texts = [f"{result.node.name}: {_without_values(result.message or '')}" for result in failed]
    kind = Retryable if all(_TRY_AGAIN.search(r.message or "") for r in failed) else Fatal
    raise kind(f"dbt could not build {'; '.join(texts)}")


def _without_values(message: str) -> str:
    """The database's own sentence: its quotations and details may be values from the data."""
    lines = (line.strip() for line in message.splitlines())
    sentence = next((line for line in lines if line and not _HEADING.match(line)), "")
    return _QUOTED.sub("…", sentence)


def _summarise(results: Sequence[Any]) -> DbtResult:
    counts: dict[str, int] = {}
    for result in results:
        counts[str(result.status)] = counts.get(str(result.status), 0) + 1
    return DbtResult(
        counts,
        {r.node.name: _rows(r) for r in results if r.node.resource_type == "model"},
        {result.node.name: result.execution_time for result in results},
        {result.node.name: _span(result) for result in results if result.timing},
    )


def _span(result: Any) -> tuple[float, float]:  # noqa: ANN401 - dbt has no types
    began, ended = result.timing[0].started_at, result.timing[-1].completed_at
    return began.timestamp(), (ended or began).timestamp()


def _rows(result: Any) -> int:  # noqa: ANN401 - dbt has no types
    # A view answers with -1, a table with the rows it got.
    return max(0, int((result.adapter_response or {}).get("rows_affected") or 0))
