"""Every DAG file: it imports, it is wiring only, and it explains itself."""

import ast
import itertools
import re
import resource
import subprocess
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from c360.airflow_scheduler import PRELOADED
from pipeline.order import FROM_THE_START, STAGE_ORDER
from warehouse.errors import Fatal, Retryable

PROJECT = Path(__file__).resolve().parents[2]
FILES = sorted((PROJECT / "dags").glob("*.py"))
SOURCES = ("mini_program", "official_account", "app", "web", "commerce")
DAG_IDS = {
    "customer_360",
    "maintenance",
    "pull_wechat",
    *(f"ingest_{source}" for source in SOURCES),
}
IMPORT_SECONDS = 10
MAX_LINES = 80
MAY_IMPORT = {"__future__", "airflow", "c360", "dags", "datetime", "pipeline", "settings", "typing"}


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(PROJECT / "dags"))


@pytest.fixture(scope="module", params=sorted(DAG_IDS))
def dag(bag: DagBag, request: pytest.FixtureRequest) -> DAG:
    return bag.dags[request.param]


def test_every_file_is_read_without_an_error_and_there_are_eight_dags(bag: DagBag):
    assert bag.import_errors == {}
    assert set(bag.dags) == DAG_IDS


def test_a_dag_is_named_after_its_file(dag: DAG):
    assert Path(dag.fileloc).name == f"{dag.dag_id}.py"


def test_a_dag_carries_its_run_book(dag: DAG):
    assert dag.doc_md
    assert f"# {dag.dag_id}" in dag.doc_md
    assert "| you see | do |" in dag.doc_md
    assert "failed" in dag.doc_md


def test_a_dag_is_serial_tagged_and_never_catches_up(dag: DAG):
    assert "customer360" in dag.tags
    assert dag.max_active_runs == 1
    assert dag.catchup is False


def test_unpausing_a_dag_starts_nothing_at_once(dag: DAG):
    assert dag.start_date is None
    timetable = getattr(dag.timetable, "timetable", dag.timetable)
    assert timetable.run_immediately.total_seconds() == 0
    assert timetable.timezone == "Asia/Shanghai"


def test_only_a_failure_that_may_heal_is_tried_again(dag: DAG):
    for task in dag.tasks:
        policy = task.retry_policy
        assert task.retries == 3
        assert policy.evaluate(Retryable("away"), 1, 3).action.value == "retry"
        assert policy.evaluate(Fatal("wrong"), 1, 3).action.value == "fail"
        assert policy.evaluate(ValueError("bug"), 1, 3).action.value == "fail"


def test_the_chain_runs_its_stages_in_order_one_after_the_other(bag: DagBag):
    dag = bag.dags["customer_360"]
    in_line = [stage for stage in STAGE_ORDER if stage not in FROM_THE_START]
    for before, after in itertools.pairwise(["open_run", *in_line, "finish_run"]):
        assert after in dag.get_task(before).downstream_task_ids
    every = {"open_run", *STAGE_ORDER, "finish_run", "write_report"}
    assert {task.task_id for task in dag.tasks} == every


def test_staging_is_made_beside_the_gates_and_before_the_marts(bag: DagBag):
    dag = bag.dags["customer_360"]
    for stage in FROM_THE_START:
        assert dag.get_task(stage).upstream_task_ids == {"open_run"}
        assert dag.get_task(stage).downstream_task_ids == {"build_marts"}


def test_a_report_is_written_for_failed_runs_too_and_not_for_skipped_ones(bag: DagBag):
    report = bag.dags["customer_360"].get_task("write_report")
    assert report.trigger_rule == "none_skipped"
    assert report.downstream_task_ids == set()


def test_the_chain_starts_on_changed_rows_or_by_the_clock(bag: DagBag):
    timetable = bag.dags["customer_360"].timetable
    assert timetable.asset_condition.name == "raw_changed"
    assert timetable.timetable.expression == "45 * * * *"


@pytest.mark.parametrize("source", SOURCES)
def test_an_ingest_dag_is_one_task_that_reports_changed_rows(bag: DagBag, source: str):
    dag = bag.dags[f"ingest_{source}"]
    assert [task.task_id for task in dag.tasks] == ["load_files"]
    assert [asset.name for asset in dag.get_task("load_files").outlets] == ["raw_changed"]
    assert set(dag.params) == {"first_day", "last_day", "late_days"}


def test_each_pull_is_mapped_over_the_accounts_that_have_a_secret(bag: DagBag):
    dag = bag.dags["pull_wechat"]
    for what in ("followers", "tags", "statistics", "contacts"):
        assert dag.get_task(f"list_{what}").downstream_task_ids == {f"pull_{what}"}
        assert dag.get_task(f"pull_{what}").partial_kwargs["what"] == what


def test_figures_that_come_late_are_waited_for(bag: DagBag):
    for task in bag.dags["pull_wechat"].tasks:
        assert task.retries * task.retry_delay >= timedelta(hours=2)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short(path: Path):
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_dag_file_is_wiring_only(path: Path):
    tree = ast.parse(path.read_text())
    packages = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert packages <= MAY_IMPORT
    loops = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While | ast.Try | ast.With)]
    assert len(loops) <= 1  # the `with DAG(…)` of the ingest DAGs


def test_reading_a_dag_imports_no_heavy_library():
    code = (
        "import sys, dags.customer_360, dags.maintenance, dags.ingest_web, dags.pull_wechat\n"
        "heavy = {'dbt', 'duckdb', 'great_expectations', 'numpy', 'pandas', 'pyarrow', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    started = children_cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert children_cpu_seconds() - started < IMPORT_SECONDS


def children_cpu_seconds() -> float:
    """What ended child processes have computed, which no busy machine makes longer."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", PRELOADED)
def test_a_library_that_the_scheduler_preloads_exists(name: str):
    assert find_spec(name)


def test_the_scheduler_preloads_no_code_of_ours():
    ours = {path.name for path in PROJECT.iterdir() if path.is_dir()}
    assert not {name.split(".")[0] for name in PRELOADED} & ours


def test_the_schedules_do_not_start_together(bag: DagBag):
    crons = [
        getattr(dag.timetable, "timetable", dag.timetable).expression for dag in bag.dags.values()
    ]
    assert len(set(crons)) == len(DAG_IDS)
    assert all(re.fullmatch(r"\d+ (\d+|\*) \* \* \*", cron) for cron in crons)
