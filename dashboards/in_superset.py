"""Inside Superset's environment: make its tables, load the dashboards, ask every chart's question.

Started by `dashboards.check` with the environment of `dashboards.deployment`. The answers go to the
file that is named as the only argument, as JSON: Superset's own words go to the log.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboards.assets import Assets, chart_uuids, import_contents, read_assets
from dashboards.deployment_names import ADMIN, DATABASE_VARIABLE, PASSWORD_VARIABLE
from dashboards.query_context import metrics_of

Json = dict[str, Any]


def main(answers_path: Path) -> None:
    """Load everything, ask everything, write what came back."""
    started = time.monotonic()
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        admin = prepare()
        from superset.utils.core import override_user

        assets = read_assets()
        with app.test_request_context(), override_user(admin):
            prepared_at = time.monotonic()
            load(assets)
            loaded_at = time.monotonic()
            charts = [ask(chart) for chart in placed_charts(assets)]
        document = {
            "version": app.config["VERSION_STRING"],
            "prepare_seconds": prepared_at - started,
            "load_seconds": loaded_at - prepared_at,
            "charts": charts,
        }
    answers_path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def prepare() -> Any:
    """Bring Superset's own tables, rights and login up to date; gives the login's user."""
    import flask_migrate
    import superset
    from superset import appbuilder, security_manager

    flask_migrate.upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    password = os.environ[PASSWORD_VARIABLE]
    user = security_manager.find_user(ADMIN)
    if user is None:
        role = security_manager.find_role("Admin")
        names = (ADMIN, "customer360", "admin", "admin@brand.example")
        return security_manager.add_user(*names, role, password=password)
    security_manager.reset_password(user.id, password)
    return user


def load(assets: Assets) -> None:
    """Bring datasets, charts and dashboards to the state of the files, and columns to the marts'.

    A column gets its type and the bilingual comment that it has in the database.
    """
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.connectors.sqla.models import SqlaTable

    ImportAssetsCommand(import_contents(assets, os.environ[DATABASE_VARIABLE])).run()
    uuids = {dataset["uuid"] for dataset in assets.datasets.values()}
    for table in db.session.query(SqlaTable).all():
        if str(table.uuid) in uuids:
            table.fetch_metadata()
    db.session.commit()


def placed_charts(assets: Assets) -> list[Json]:
    """Every chart of every dashboard, with the dashboard's name."""
    charts = {chart["uuid"]: chart for chart in assets.charts.values()}
    return [
        {"dashboard": dashboard["slug"], **charts[uuid]}
        for dashboard in assets.dashboards.values()
        for uuid in chart_uuids(dashboard)
    ]


def ask(chart: Json) -> Json:
    """Have Superset answer the chart's question, as its page would; an error is part of it."""
    from superset import db
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.models.slice import Slice

    saved = db.session.query(Slice).filter_by(uuid=chart["uuid"]).one()
    started = time.monotonic()
    rows, error = 0, ""
    try:
        question = {**json.loads(saved.query_context), "force": True}
        command = ChartDataCommand(ChartDataQueryContextSchema().load(question))
        command.validate()
        for answer in command.run()["queries"]:
            rows += filled_rows(answer["data"] or [], metrics_of(chart["params"]))
            error = error or answer.get("error") or ""
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is this chart's answer
        error = f"{type(failure).__name__}: {failure}"
    return {
        "dashboard": chart["dashboard"],
        "chart": chart["slice_name"],
        "rows": rows,
        "seconds": time.monotonic() - started,
        "error": error,
    }


def filled_rows(rows: Sequence[Json], metrics: Sequence[str]) -> int:
    """How many rows have something to draw: a sum over nothing is one row, and empty."""
    return sum(any(row.get(metric) is not None for metric in metrics) for row in rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
