"""PostgreSQL understands every dataset, as the role that BI tools have."""

from typing import Any

from dashboards.assets import read_assets
from settings import Settings
from warehouse.connection import LOGIN, connect


def questions_of(dataset: dict[str, Any]) -> list[str]:
    """All columns at once, and all metrics at once."""
    source = dataset["sql"] or f"select * from mart.{dataset['table_name']}"  # noqa: S608 - our file
    columns = ", ".join(column["column_name"] for column in dataset["columns"])
    metrics = ", ".join(metric["expression"] for metric in dataset["metrics"])
    return [f"select {wanted} from ({source}) as asked" for wanted in (columns, metrics)]  # noqa: S608


def test_columns_and_metrics_of_every_dataset_can_be_asked(warehouse_settings: Settings) -> None:
    datasets = read_assets().datasets.values()
    assert datasets
    with connect(warehouse_settings, LOGIN, autocommit=True) as conn:
        conn.execute("set role c360_bi")
        for dataset in datasets:
            for question in questions_of(dataset):
                conn.execute(question.encode())
