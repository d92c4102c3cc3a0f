"""The dashboards as files, in the layout of Superset's own export.

`databases/`, `datasets/<database>/`, `charts/` and `dashboards/` lie beside this file. They name no
host and no password: where the marts are is said when they are loaded.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboards.query_context import query_context

FOLDER = Path(__file__).resolve().parent
KINDS = ("databases", "datasets", "charts", "dashboards")

Json = dict[str, Any]


@dataclass(frozen=True)
class Assets:
    """Each document by its path below the folder; `metadata` says which format they have."""

    metadata: Json
    databases: dict[str, Json]
    datasets: dict[str, Json]
    charts: dict[str, Json]
    dashboards: dict[str, Json]


def read_assets(folder: Path = FOLDER) -> Assets:
    """Every YAML document below the folder, in the order of their paths."""
    metadata = _document(folder / "metadata.yaml")
    return Assets(metadata, *(_documents(folder, kind) for kind in KINDS))


def import_contents(assets: Assets, database_uri: str) -> dict[str, str]:
    """What Superset's import takes: path to text, with the deployment's database put in.

    `database_uri` is an address for SQLAlchemy, password included.
    """
    documents = {
        "metadata.yaml": assets.metadata,
        **{path: {**d, "sqlalchemy_uri": database_uri} for path, d in assets.databases.items()},
        **assets.datasets,
        **{path: _with_question(chart) for path, chart in assets.charts.items()},
        **assets.dashboards,
    }
    return {path: yaml.safe_dump(d, allow_unicode=True) for path, d in documents.items()}


def chart_uuids(dashboard: Json) -> list[str]:
    """The charts that a dashboard places, in the order of their places' names."""
    places = [p for _, p in sorted(dashboard["position"].items()) if isinstance(p, dict)]
    return [place["meta"]["uuid"] for place in places if place["type"] == "CHART"]


def _with_question(chart: Json) -> Json:
    return {**chart, "query_context": json.dumps(query_context(chart["params"]))}


def _documents(folder: Path, kind: str) -> dict[str, Json]:
    paths = sorted((folder / kind).rglob("*.yaml"))
    return {path.relative_to(folder).as_posix(): _document(path) for path in paths}


def _document(path: Path) -> Json:
    document: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document
