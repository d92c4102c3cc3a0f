"""The sample is hard, but the evidence to solve it is there: the project's own resolver does."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from evaluation.file_resolution import FileRequest, resolve_file
from evaluation.truth import evaluate
from sample_data import write_sample
from sample_data.evidence import Identifier, observations
from tests.unit.sample_data.reading import Kind, Sample

Record = dict[str, Any]
TIMES = (
    "time", "timestamp", "login_at", "authorised_at", "CreateTime", "pulled_at", "updated_at",
    "create_time", "event_time", "occurred_at", "changed_at", "at",
)  # fmt: skip
SEEN_TOGETHER = {"events", "pushes", "subscriptions", "privacy"}
MILLISECONDS = 10_000_000_000


def moment(record: Record) -> str:
    value = next(record[name] for name in TIMES if name in record)
    if isinstance(value, str) and not value.isdigit():
        return value
    number = int(value) / (1_000 if int(value) > MILLISECONDS else 1)
    return datetime.fromtimestamp(number, UTC).isoformat()


def strength(kind: Kind, record: Record, identifier: Identifier) -> int:
    """How well an identifier is witnessed: 1 logged in or verified, 2 seen together, 3 typed."""
    namespace = identifier[0]
    if namespace == "member_id":
        return 1
    if namespace == "email":
        return 3
    if namespace == "phone":
        of_kind = {
            "members": 1 if record.get("is_phone_verified") else 3,
            "orders": 2,
            "contacts": 2,
        }
        return of_kind.get(kind[1], 1)
    return 2 if kind[1] in SEEN_TOGETHER or namespace == "web_cookie" else 1


def write_observations(sample: Sample, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for kind, records in sample.records.items():
            for record in records if kind[1] != "check_ins" else ():
                for group in filter(None, observations(kind, record)):
                    shown = [
                        {"namespace": i[0], "scope": i[1], "value": i[2]}
                        | {"strength": strength(kind, record, i)}
                        for i in group
                    ]
                    line = {"observed_at": moment(record), "source": kind[0], "identifiers": shown}
                    stream.write(json.dumps(line) + "\n")


@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.nightly)])
def test_an_honest_resolver_reaches_the_bars(tmp_path: Path, seed: int):
    summary = write_sample(tmp_path, people=1_000, days=30, seed=seed, last_day=date(2026, 5, 9))
    sample = Sample(tmp_path, summary)
    write_observations(sample, tmp_path / "observations.jsonl")
    request = FileRequest(tmp_path / "observations.jsonl", tmp_path / "map.csv")
    assert not resolve_file(request).rejects
    found = evaluate(tmp_path / "truth", tmp_path / "map.csv")
    assert found.overall.pairwise_precision >= 0.999
    assert found.overall.bcubed_precision >= 0.999
    assert found.overall.pairwise_recall >= 0.95
    assert found.overall.bcubed_recall >= 0.95
    for scenario, score in found.by_scenario.items():
        assert score.pairwise_precision >= 0.99, scenario
        assert score.pairwise_recall >= 0.90, scenario
