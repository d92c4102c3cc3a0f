"""The dashboards' files fit together and fit the marts: needs neither Superset nor a database."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.assets import FOLDER, chart_uuids, import_contents, read_assets
from dashboards.query_context import columns_of, filters_of, metrics_of
from tests.conftest import PROJECT_DIR

PROJECT = Path(__file__).resolve().parents[3]
SIX = {"growth", "retention", "funnel", "identity", "portraits", "offers"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SQL_WORDS = {
    *("sum", "avg", "count", "max", "min", "nullif", "filter", "where", "not", "distinct"),
    *("numeric", "int", "and", "or"),
}
PERSONAL = {"profile_id", "old_profile_id", "identifier_id", "masked_value", "display_name_masked"}

ASSETS = read_assets()
DATASETS = {dataset["uuid"]: dataset for dataset in ASSETS.datasets.values()}
CHARTS = {chart["uuid"]: chart for chart in ASSETS.charts.values()}
DASHBOARDS = {dashboard["slug"]: dashboard for dashboard in ASSETS.dashboards.values()}


def contracts() -> dict[str, dict[str, str]]:
    """Columns and types of each mart, from dbt's files."""
    paths = (PROJECT / "dbt_project" / "models" / "marts").rglob("*.yml")
    models = [
        model
        for path in paths
        if not path.stem.endswith(".unit")
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]
    ]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
    }


MARTS = contracts()


def tables_read(dataset: dict[str, Any]) -> set[str]:
    if not dataset["sql"]:
        return {dataset["table_name"]}
    return set(re.findall(r"\b(?:from|join)\s+(?:mart\.)(\w+)", dataset["sql"]))


def columns_known(dataset: dict[str, Any]) -> set[str]:
    listed = {column["column_name"] for column in dataset["columns"]}
    return listed if dataset["sql"] else listed | set(MARTS[dataset["table_name"]])


def plain_type(name: str) -> str:
    return name.lower().replace("timestamp with time zone", "timestamptz")


def test_there_are_six_dashboards() -> None:
    assert set(DASHBOARDS) == SIX


def test_every_document_has_an_id_of_its_own() -> None:
    documents = [
        document
        for kind in (ASSETS.databases, ASSETS.datasets, ASSETS.charts, ASSETS.dashboards)
        for document in kind.values()
    ]
    assert [uuid for uuid, n in Counter(d["uuid"] for d in documents).items() if n > 1] == []


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d["table_name"])
def test_a_dataset_reads_marts_with_the_columns_of_their_contracts(dataset: dict[str, Any]) -> None:
    assert [d["uuid"] for d in ASSETS.databases.values()] == [dataset["database_uuid"]]
    assert dataset["schema"] == "mart"
    tables = tables_read(dataset)
    assert tables
    assert tables <= set(MARTS)
    if not dataset["sql"]:
        mart = MARTS[dataset["table_name"]]
        listed = {c["column_name"]: plain_type(c["type"]) for c in dataset["columns"]}
        assert {n: t for n, t in listed.items() if mart.get(n) != t} == {}
    assert dataset["main_dttm_col"] in {None, *columns_known(dataset)}


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d["table_name"])
def test_a_metric_uses_columns_of_its_dataset_and_is_named_in_both_languages(
    dataset: dict[str, Any],
) -> None:
    for metric in dataset["metrics"]:
        expression = re.sub(r"'[^']*'", "", metric["expression"])
        words = set(re.findall(r"[a-z_][a-z0-9_]*", expression)) - SQL_WORDS
        assert words <= columns_known(dataset), metric["metric_name"]
        assert CHINESE.search(metric["verbose_name"])


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda c: c["slice_name"])
def test_a_chart_asks_for_what_its_dataset_has(chart: dict[str, Any]) -> None:
    dataset = DATASETS[chart["dataset_uuid"]]
    params = chart["params"]
    columns = {*columns_of(params), *(condition["col"] for condition in filters_of(params))}
    assert columns <= columns_known(dataset)
    metrics = set(metrics_of(params))
    assert metrics
    assert metrics <= {metric["metric_name"] for metric in dataset["metrics"]}
    assert chart["viz_type"] == params["viz_type"]
    sort = params.get("x_axis_sort")
    assert sort in {None, *columns, *metrics}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda c: c["slice_name"])
def test_a_chart_counts_persons_and_shows_none(chart: dict[str, Any]) -> None:
    assert not PERSONAL & set(columns_of(chart["params"]))


def test_titles_and_descriptions_are_in_both_languages() -> None:
    texts = [chart[key] for chart in CHARTS.values() for key in ("slice_name", "description")]
    texts += [d[key] for d in DASHBOARDS.values() for key in ("dashboard_title", "description")]
    texts += [dataset["description"] for dataset in DATASETS.values()]
    assert [text for text in texts if not CHINESE.search(text)] == []
    assert [text for text in texts if not re.match(r"[A-Za-z0-9\"]", text)] == []


def test_every_chart_is_on_one_dashboard_and_every_dataset_has_a_chart() -> None:
    placed = Counter(uuid for dashboard in DASHBOARDS.values() for uuid in chart_uuids(dashboard))
    assert placed == Counter(list(CHARTS))
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} == set(DATASETS)


@pytest.mark.parametrize("slug", sorted(SIX))
def test_a_dashboard_is_a_whole_tree_of_places(slug: str) -> None:
    places = {k: v for k, v in DASHBOARDS[slug]["position"].items() if isinstance(v, dict)}
    assert all(place["id"] == name for name, place in places.items())
    children = [child for place in places.values() for child in place.get("children", [])]
    assert Counter(children) == Counter(set(places) - {"ROOT_ID", "HEADER_ID"})
    rows = [place for place in places.values() if place["type"] == "ROW"]
    assert all(sum(places[c]["meta"]["width"] for c in row["children"]) == 12 for row in rows)
    for place in places.values():
        if place["type"] == "CHART":
            assert place["meta"]["sliceName"] == CHARTS[place["meta"]["uuid"]]["slice_name"]


@pytest.mark.parametrize("slug", sorted(SIX))
def test_a_filter_of_a_dashboard_names_a_column_that_is_there(slug: str) -> None:
    for native in DASHBOARDS[slug]["metadata"]["native_filter_configuration"]:
        for target in filter(None, native["targets"]):
            dataset = DATASETS[target["datasetUuid"]]
            assert target["column"]["name"] in columns_known(dataset)


def test_no_file_names_a_host_a_password_or_a_path() -> None:
    paths = [path for path in FOLDER.rglob("*.yaml") if path.name != "customer360.yaml"]
    said = re.compile(
        rf"://|127\.0\.0\.1|localhost|password|{re.escape(str(PROJECT_DIR))}", re.IGNORECASE
    )
    assert [path.name for path in paths if said.search(path.read_text("utf-8"))] == []
    uris = [database["sqlalchemy_uri"] for database in ASSETS.databases.values()]
    assert uris == ["postgresql+psycopg2://c360_bi@/customer360"]


def test_loading_puts_the_deployments_address_in() -> None:
    contents = import_contents(ASSETS, "postgresql+psycopg2://c360_bi:secret@db.example:5432/c")
    holding = [path for path, text in contents.items() if "secret" in text]
    assert holding == ["databases/customer360.yaml"]
    assert yaml.safe_load(contents["metadata.yaml"])["type"] == "assets"
    charts = [yaml.safe_load(t) for path, t in contents.items() if path.startswith("charts/")]
    assert all('"queries"' in chart["query_context"] for chart in charts)


def test_exposures_name_the_dashboards_and_the_marts_they_read() -> None:
    text = (PROJECT / "dbt_project/models/semantic/exposures.yml").read_text("utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    for slug, dashboard in DASHBOARDS.items():
        datasets = [DATASETS[CHARTS[uuid]["dataset_uuid"]] for uuid in chart_uuids(dashboard)]
        tables = {table for dataset in datasets for table in tables_read(dataset)}
        named = set(re.findall(r"\w+(?='\))", str(exposures[f"{slug}_dashboard"]["depends_on"])))
        assert named == tables
