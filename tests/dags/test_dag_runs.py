"""Every DAG run once by `dag.test()`: the wiring and the steps together, without a scheduler."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import psycopg
import pytest

from c360 import airflow_processes
from pipeline.order import STAGE_ORDER
from settings import Settings
from tests.fake_wechat import SECRET, FakeWeChat, serving
from warehouse.freshness import published_version

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

SOURCES = ("mini_program", "official_account", "app", "web", "commerce")
DAY = date(2026, 10, 1)
APPID = "wx00000000000000b1"
SECRET_VARIABLE = f"C360_WECHAT_SECRET_{APPID.upper()}"

PROGRAM = """
import json, sys
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session

DagBundlesManager().sync_bundles_to_db()
bag = DagBag(sys.argv[1], bundle_name="dags-folder")
sync_bag_to_db(bag, "dags-folder", None)
states = {}
for dag_id, conf in json.loads(sys.argv[2]):
    run = bag.dags[dag_id].test(run_conf=conf)
    states[dag_id] = {ti.task_id: str(ti.state) for ti in run.get_task_instances()}
with create_session() as session:
    values = [[x.dag_id, x.task_id, x.value] for x in session.query(XComModel)]
print("RESULT" + json.dumps([states, values]))
"""

States = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def tested(
    deployment: Settings, write_day: Callable[..., None]
) -> tuple[States, list[tuple[str, str, object]]]:
    write_day(DAY)
    window = {"first_day": str(DAY), "last_day": str(DAY)}
    plan: list[tuple[str, dict[str, str]]] = [(f"ingest_{source}", window) for source in SOURCES]
    plan += [("pull_wechat", {}), ("customer_360", {}), ("maintenance", {}), ("ingest_web", window)]
    with serving(FakeWeChat(["oBBBB_fake-0001"])) as wechat:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(deployment.project_dir / "dags"), json.dumps(plan)],
            env=airflow_processes.prepare(deployment)
            | {"C360_WECHAT_URL": wechat.url, SECRET_VARIABLE: SECRET},
            capture_output=True,
            text=True,
            check=False,
        )
    told = done.stdout + done.stderr
    assert not [secret for secret in (SECRET, wechat.current_token) if secret in told]
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert lines, done.stderr[-3000:]
    states, values = json.loads(lines[0].removeprefix("RESULT"))
    return states, values


def test_the_chain_runs_every_task(tested: tuple[States, list[object]]):
    chain = tested[0]["customer_360"]
    tasks = ["open_run", *STAGE_ORDER, "finish_run", "write_report"]
    assert chain == dict.fromkeys(tasks, "success")


def test_maintenance_runs_every_task(tested: tuple[States, list[object]]):
    assert set(tested[0]["maintenance"].values()) == {"success"}


def test_the_second_ingest_of_a_day_is_skipped(tested: tuple[States, list[object]]):
    assert tested[0]["ingest_web"] == {"load_files": "skipped"}
    assert tested[0]["ingest_app"] == {"load_files": "success"}


@pytest.mark.usefixtures("tested")
def test_the_day_is_published(deployment: Settings):
    published = published_version(deployment)
    assert published
    assert (published.version, published.as_of) == (1, DAY)
    with psycopg.connect(deployment.database_url) as conn:
        law = conn.execute(
            "select sum(loaded), (select count(*) from raw.record) from ops.load"
        ).fetchone()
    assert law
    assert law[0] == law[1] > 0


def test_an_account_with_a_secret_is_pulled_and_the_others_are_skipped(
    tested: tuple[States, list[tuple[str, str, object]]], deployment: Settings
):
    pulls = tested[0]["pull_wechat"]
    assert {pulls[f"pull_{what}"] for what in ("followers", "tags", "statistics")} == {"success"}
    assert pulls["pull_contacts"] == "skipped"
    kinds = {path.parts[-3] for path in deployment.landing_dir.rglob(f"*-{APPID}*.jsonl")}
    assert kinds == {"follower_ids", "followers", "tags", "statistics"}
    listed = [value for _, task, value in tested[1] if task.startswith("list_")]
    assert sorted(map(str, listed), key=len) == ["[]", *[f"['{APPID}']"] * 3]


def test_what_travels_between_tasks_is_numbers_and_dates_only(
    tested: tuple[States, list[tuple[str, str, object]]],
):
    texts = [
        value
        for _, task, returned in tested[1]
        if not task.startswith("list_")
        for value in (returned.values() if isinstance(returned, dict) else [returned])
        if not isinstance(value, int)
    ]
    assert texts
    assert all(date.fromisoformat(str(text)) for text in texts)
