"""A publisher killed at any point leaves the old version or the new one; a plain rerun heals."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from psycopg import sql

from settings import Settings
from warehouse.connection import connect
from warehouse.days import close_window
from warehouse.faults import VARIABLE
from warehouse.mart_tables import PUBLICATION, table_names
from warehouse.publish import publish
from warehouse.runs import open_run

RUN_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 21)

PUBLISH = """
import sys
from dataclasses import replace
from pathlib import Path
from settings import load_settings
from warehouse.publish import publish
settings = load_settings()
publish(replace(settings, database_url=sys.stdin.read()), int(sys.argv[1]))
"""


@pytest.fixture
def built(warehouse_settings: Settings) -> Settings:
    """A warehouse with an empty twin in `build` of every mart, and one closed day."""
    with connect(warehouse_settings, "c360_owner") as conn:
        for name in table_names(conn, "mart"):
            if name == PUBLICATION:
                continue
            conn.execute(
                sql.SQL("create table {} (like {} including all)").format(
                    sql.Identifier("build", name), sql.Identifier("mart", name)
                )
            )
            grant = sql.SQL("grant all on {} to c360_transform, c360_publish")
            conn.execute(grant.format(sql.Identifier("build", name)))
    close_window(warehouse_settings, DAY, DAY, "command")
    return warehouse_settings


def build_redirects(settings: Settings, status: str) -> None:
    with connect(settings, "c360_transform") as conn:
        conn.execute("delete from build.profile_redirect")
        conn.execute(
            "insert into build.profile_redirect (old_profile_id, profile_id, status, changed_at)"
            " select 'p_' || n, 'p_0', %s, '2026-11-21' from generate_series(1, 500) as n",
            (status,),
        )


def seen(settings: Settings) -> tuple[object, ...] | None:
    with connect(settings, "c360_bi") as conn:
        return conn.execute(
            "select (select max(version) from mart.publication), count(*), min(status), max(status)"
            " from mart.profile_redirect"
        ).fetchone()


def publish_and_die(settings: Settings, run_id: int, point: str) -> None:
    died = subprocess.run(
        [sys.executable, "-c", PUBLISH, str(run_id)],
        input=settings.database_url,
        text=True,
        env={**os.environ, VARIABLE: point, "C360_STATE_DIR": str(settings.state_dir)},
        cwd=settings.project_dir,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


@pytest.mark.parametrize("point", ["publish_after_tables", "publish_before_commit"])
def test_a_publish_killed_before_its_commit_leaves_the_old_version(
    built: Settings, point: str
) -> None:
    build_redirects(built, "retired")
    publish(built, open_run(built, run_at=RUN_AT).run_id)
    build_redirects(built, "erased")
    run = open_run(built, run_at=RUN_AT)
    publish_and_die(built, run.run_id, point)
    assert seen(built) == (1, 500, "retired", "retired")
    publish(built, run.run_id)
    assert seen(built) == (2, 500, "erased", "erased")


def test_a_publish_killed_after_its_commit_has_happened(built: Settings) -> None:
    build_redirects(built, "retired")
    run = open_run(built, run_at=RUN_AT)
    publish_and_die(built, run.run_id, "publish_after_commit")
    assert seen(built) == (1, 500, "retired", "retired")
    counts = publish(built, run.run_id)
    assert (counts.version, counts.tables["profile_redirect"].inserted) == (1, 500)
    assert seen(built) == (1, 500, "retired", "retired")
