"""What a local Superset is given: its own secrets, and the reader's address of the marts."""

from pathlib import Path

from dashboards.check import ChartAnswer
from dashboards.deployment import reader_uri, superset_of
from dashboards.in_superset import filled_rows
from dashboards.query_context import query_context
from settings import load_settings
from settings.state import remembered_superset

PROJECT = Path(__file__).resolve().parents[3]


def test_the_reader_is_the_bi_role_at_the_deployments_address(tmp_path: Path) -> None:
    url = "postgresql://owner:own@db.example:6432/brand?sslmode=require"
    settings = load_settings({"C360_STATE_DIR": str(tmp_path), "C360_DATABASE_URL": url})
    password = settings.role_passwords["c360_bi"]
    assert reader_uri(settings) == (
        f"postgresql+psycopg2://c360_bi:{password}@db.example:6432/brand?sslmode=require"
    )


def test_secrets_are_made_once_and_never_shown(tmp_path: Path) -> None:
    first, again = remembered_superset(tmp_path), remembered_superset(tmp_path)
    assert first == again
    assert first != remembered_superset(tmp_path / "other")
    assert first.secret_key not in repr(first)
    assert first.admin_password not in repr(first)


def test_superset_listens_on_loopback_in_a_folder_of_its_owner(tmp_path: Path) -> None:
    superset = superset_of(load_settings({"C360_STATE_DIR": str(tmp_path)}))
    assert superset.address == f"http://127.0.0.1:{superset.port}"
    assert superset.home.stat().st_mode & 0o077 == 0
    assert superset.environ["SUPERSET_SECRET_KEY"] not in repr(superset)


def test_a_question_holds_axis_groups_metrics_and_conditions() -> None:
    [query] = query_context(
        {
            "x_axis": "day",
            "time_grain_sqla": "P1W",
            "groupby": ["channel"],
            "metrics": ["orders"],
            "sort_by_metric": True,
            "adhoc_filters": [
                {"subject": "kind", "operator": "==", "comparator": "known"},
                {"subject": "ended", "operator": "IS NULL"},
            ],
        }
    )["queries"]
    assert query["columns"][0]["timeGrain"] == "P1W"
    assert query["columns"][1:] == ["channel"]
    assert query["metrics"] == ["orders"]
    assert query["orderby"] == [["orders", False]]
    assert query["filters"] == [
        {"col": "kind", "op": "==", "val": "known"},
        {"col": "ended", "op": "IS NULL"},
    ]


def test_a_chart_without_rows_or_with_an_error_is_not_good() -> None:
    assert ChartAnswer("growth", "visitors", 3, 0.1, "").is_good
    assert not ChartAnswer("growth", "visitors", 0, 0.1, "").is_good
    assert not ChartAnswer("growth", "visitors", 3, 0.1, "no such column").is_good


def test_a_sum_over_nothing_is_no_row() -> None:
    assert filled_rows([{"orders": None}], ["orders"]) == 0
    assert filled_rows([{"day": 1, "orders": 0}, {"day": 2, "orders": None}], ["orders"]) == 1


def test_superset_stays_out_of_the_products_locks() -> None:
    locks = {path.name: path.read_text("utf-8") for path in PROJECT.glob("requirements*.lock")}
    assert {name for name, text in locks.items() if "apache-superset" in text} == {
        "requirements-bi.lock"
    }
