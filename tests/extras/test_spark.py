"""The Spark engine gives what one machine gives: from frames, Parquet and PostgreSQL."""

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed: scripts/test_extras.sh")

from pyspark.sql import SparkSession

from identity_resolution.graph import Decision, Status, StatusReason
from identity_resolution.incremental import State
from identity_spark import engine
from identity_spark.components import connected_components
from identity_spark.tables import ParquetFolder, Postgres
from identity_store import run as run_store
from settings import POSTGRES_JDBC_JAR, Settings
from tests.integration.identity.logs import load, open_run_of, rows
from tests.integration.identity.logs import state as write_statements
from tests.property.identity.worlds import RULES, random_log, random_stated, run

PLACE = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = str(PLACE)
    builder = SparkSession.builder.master("local[2]")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "3",
        "spark.jars": str(POSTGRES_JDBC_JAR),
    }.items():
        builder = builder.config(key, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    yield made
    made.stop()


@pytest.fixture
def small_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LINKS_PER_BUCKET", 40)


def _tables(state: State) -> dict[str, pa.Table]:
    """Return the input of the engine; identifier ids are positions, so results compare directly."""
    names, links, apart = state.graph.identifiers, state.graph.links, state.graph.apart
    is_shared = state.resolution.screening.reason == StatusReason.OWNER_CHANGES
    texts = {part: getattr(names, part).cast(pa.string()) for part in ("namespace", "scope")}
    numbers = ("first_seen", "arrival_day", "born_at", "strength", "consent", "is_blocked")
    evidence = ("first_seen", "last_seen", "observation_count", "strength", "basis", "statement")
    return {
        "identifier": pa.table(
            {"identifier_id": range(len(names)), **texts, "value": names.value}
            | {name: getattr(names, name) for name in numbers}
            | {"is_shared": is_shared}
        ),
        "link": pa.table(
            {"left_id": links.left, "right_id": links.right}
            | {name: getattr(links, name) for name in evidence}
        ),
        "apart": pa.table(
            {"number": apart.number, "identifier_id": apart.identifier, "side": apart.side}
        ),
    }


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy(zero_copy_only=False)


@pytest.mark.usefixtures("small_buckets")
@pytest.mark.parametrize("seed", range(4))
def test_the_result_is_that_of_one_machine(
    session: SparkSession, seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    log = random_log(chance, size=150, values=8)
    state = run([log], RULES, [random_stated(chance, log)])[-1]
    for name, table in _tables(state).items():
        (tmp_path / name).mkdir()
        pq.write_table(table, tmp_path / name / "part.parquet")
    folder, expected = ParquetFolder(str(tmp_path)), state.resolution
    folder.write(engine.resolve_frames(folder.read(session), RULES))
    found = pq.read_table(tmp_path / "resolution").sort_by("identifier_id")
    np.testing.assert_array_equal(_column(found, "component_id"), expected.component)
    np.testing.assert_array_equal(_column(found, "anchor_id"), expected.anchor)
    np.testing.assert_array_equal(_column(found, "is_known"), expected.is_known)
    screening = expected.screening
    statuses = [Status(code).name.lower() for code in screening.status]
    reasons = [StatusReason(code).name.lower() if code else None for code in screening.reason]
    assert (found["status"].to_pylist(), found["reason"].to_pylist()) == (statuses, reasons)
    decided = pq.read_table(tmp_path / "decision").to_pylist()
    assert {(row["left_id"], row["right_id"]): row["decision"] for row in decided} == {
        (left, right): Decision(code).name.lower()
        for left, right, code in zip(
            state.graph.links.left.tolist(),
            state.graph.links.right.tolist(),
            expected.decision.tolist(),
            strict=True,
        )
    }
    assert len(decided) == len(state.graph.links)


def test_a_chain_of_a_thousand_and_a_hub_contract(session: SparkSession) -> None:
    order = random.Random(3).sample(range(1_000), 1_000)
    chain = list(itertools.pairwise(order))
    hub = [(5_000, 5_000 + k) for k in range(1, 800)]
    edges = [(min(pair), max(pair)) for pair in chain + hub]
    frame = session.createDataFrame(edges, "left_id long, right_id long").repartition(7)
    found = {row["node"]: row["root"] for row in connected_components(frame).collect()}
    assert found == dict.fromkeys(range(1_000), 0) | {5_000 + k: 5_000 for k in range(800)}


def test_the_warehouse_is_read_and_written(
    session: SparkSession, warehouse_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "identity_rules.yml").write_text(RULES.model_dump_json(by_alias=True))
    settings = replace(warehouse_settings, config_dir=tmp_path)
    chance = random.Random(8)
    log = random_log(chance, size=90, values=8)
    load(settings, log, 0)
    write_statements(settings, random_stated(chance, log, with_stones=False).statements)
    run_store(settings, open_run_of(settings, 0))
    place = Postgres.of(settings)
    for _ in range(2):  # the second result replaces the first
        place.write(engine.resolve_frames(place.read(session), RULES))
    stored = """
        select i.identifier_id, i.component_id, p.anchor_identifier_id, p.kind = 'known', i.status,
            i.reason
        from identity.identifier as i
        inner join identity.identifier_profile as m using (identifier_id)
        inner join identity.profile as p using (profile_id)
        where m.valid_to is null order by 1
    """
    found = "select * from identity.spark_identifier order by 1"
    assert rows(settings, found) == rows(settings, stored)
    links = "select left_id, right_id, coalesce(refusal_reason, decision) from identity.link"
    found = "select * from identity.spark_link order by 1, 2"
    assert rows(settings, found) == rows(settings, f"{links} order by 1, 2")


def test_a_session_of_this_machine_has_the_memory_that_was_asked_for() -> None:
    program = (
        "from identity_spark.__main__ import start_session\n"
        "from settings import load_settings\n"
        "session = start_session(load_settings(), 'local[1]', '3g')\n"
        "print(session.sparkContext._jvm.java.lang.Runtime.getRuntime().maxMemory())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=PLACE, check=True, capture_output=True, text=True
    )

    assert 2.8 < int(answer.stdout.split()[-1]) / 2**30 <= 3
