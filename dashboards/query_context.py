"""The question a chart asks, from its parameters: what Superset's page sends when it draws it.

Superset keeps this question beside a chart once somebody saves it on the page. A file keeps the
parameters only, so that there is one place to change; loading adds the question.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

DIMENSIONS = ("source", "target", "groupby", "columns", "groupbyRows", "groupbyColumns")
"""Parameters that name columns, besides `x_axis`."""

NULL_TESTS = frozenset({"IS NULL", "IS NOT NULL"})
MOST_ROWS = 10_000


def columns_of(params: Mapping[str, Any]) -> list[str]:
    """The columns by which the chart groups, the x axis first, each once."""
    named = [params[name] for name in ("x_axis", *DIMENSIONS) if params.get(name)]
    flat = [c for value in named for c in ([value] if isinstance(value, str) else value)]
    return list(dict.fromkeys(flat))


def metrics_of(params: Mapping[str, Any]) -> list[str]:
    """The names of the dataset's metrics that the chart shows."""
    single = [params["metric"]] if params.get("metric") else []
    return list(dict.fromkeys([*params.get("metrics", []), *single]))


def filters_of(params: Mapping[str, Any]) -> list[Json]:
    """The chart's own conditions, each of column, operator and value."""
    return [
        {"col": condition["subject"], "op": condition["operator"]}
        | ({} if condition["operator"] in NULL_TESTS else {"val": condition["comparator"]})
        for condition in params.get("adhoc_filters", [])
    ]


def query_context(params: Mapping[str, Any]) -> Json:
    """The question as Superset's chart-data API takes it; loading puts the dataset's number in."""
    axis = params.get("x_axis")
    grain = params.get("time_grain_sqla")
    columns: list[Any] = [
        _axis(axis, grain) if name == axis and grain else name for name in columns_of(params)
    ]
    metrics = metrics_of(params)
    query: Json = {
        "columns": columns,
        "metrics": metrics,
        "filters": filters_of(params),
        "row_limit": params.get("row_limit", MOST_ROWS),
        "orderby": [[metrics[0], False]] if params.get("sort_by_metric") else [],
        "extras": {"time_grain_sqla": grain} if grain else {},
    }
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": dict(params),
        "result_format": "json",
        "result_type": "full",
    }


def _axis(column: str, grain: str) -> Json:
    return {
        "columnType": "BASE_AXIS",
        "expressionType": "SQL",
        "label": column,
        "sqlExpression": column,
        "timeGrain": grain,
    }
