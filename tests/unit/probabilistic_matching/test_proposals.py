import csv
import json
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest

from evaluation.file_resolution import FileRequest, resolve_file
from probabilistic_matching.plan import Plan, Thresholds, read_plan
from probabilistic_matching.proposals import MatchCounts, propose, read_links
from warehouse.errors import Fatal

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ENTRY = ("name",)


def plan(link: float = 0.9, review: float = 0.5) -> Plan:
    return Plan(
        record_id="id",
        fields={"name": "name"},
        blocking=(ENTRY,),
        training=(ENTRY,),
        certain=(ENTRY,),
        thresholds=Thresholds(link=link, review=review),
    )


def scored(*rows: tuple[str, str, float]) -> pa.Table:
    names = ("left_id", "right_id", "probability")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def decide(folder: Path, **decisions: str) -> None:
    path = folder / "review.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["decision"] = decisions.get(row["left_id"] + row["right_id"], row["decision"])
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_likely_pairs_become_weak_links_and_doubtful_ones_wait(tmp_path: Path) -> None:
    pairs = scored(("a", "b", 0.95), ("b", "c", 0.6))
    assert propose(pairs, plan(), tmp_path, NOW) == MatchCounts(1, 0, 1)
    assert read_links(tmp_path) == {("a", "b"): "bind"}
    line = json.loads((tmp_path / "links.jsonl").read_text())
    assert line["strength"] == 4
    assert [i["value"] for i in line["identifiers"]] == ["a", "b"]


def test_a_decision_stays_for_every_later_scoring(tmp_path: Path) -> None:
    propose(scored(("a", "b", 0.7), ("b", "c", 0.6)), plan(), tmp_path, NOW)
    decide(tmp_path, ab="same", bc="different")
    for pairs in (scored(("a", "b", 0.7), ("b", "c", 0.99)), scored(("x", "y", 0.1))):
        assert propose(pairs, plan(), tmp_path, NOW).linked == 1
        assert read_links(tmp_path) == {("a", "b"): "bind"}


def test_a_link_that_no_longer_holds_is_taken_back(tmp_path: Path) -> None:
    propose(scored(("a", "b", 0.95)), plan(), tmp_path, NOW)
    assert propose(scored(("a", "b", 0.2)), plan(), tmp_path, NOW) == MatchCounts(0, 1, 1)
    assert read_links(tmp_path) == {("a", "b"): "unbind"}
    assert propose(scored(("a", "b", 0.95)), plan(), tmp_path, NOW).withdrawn == 0


def test_a_word_that_is_no_decision_is_refused(tmp_path: Path) -> None:
    propose(scored(("a", "b", 0.7)), plan(), tmp_path, NOW)
    decide(tmp_path, ab="maybe")
    with pytest.raises(Fatal, match="line 2: decision is same, different or empty"):
        propose(scored(("a", "b", 0.7)), plan(), tmp_path, NOW)


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.yml"
    path.write_text("record_id: id\nfields: {n: name}\nblocking: [[m]]\ntraining: []\ncertain: []")
    with pytest.raises(Fatal, match="columns that no field names: m"):
        read_plan(path)


def _partition(map_path: Path) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    with map_path.open(newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault(row["profile_id"], set()).add(row["value"])
    return {frozenset(members) for members in groups.values()}


def test_thresholded_graphs_give_the_expected_profiles(shared_data: Path, tmp_path: Path) -> None:
    cases = json.loads((shared_data / "identity_cases" / "01_plain_components.json").read_text())
    for case in cases["thresholded"]:
        pairs = scored(*((*sorted(pair), chance) for *pair, chance in case["edges"]))
        for threshold, expected in case["by_threshold"].items():
            folder = tmp_path / threshold
            folder.mkdir()
            propose(pairs, plan(float(threshold), 0.1), folder, NOW)
            lines = (folder / "links.jsonl").read_text()
            for node in case["nodes"]:
                own = {"namespace": "crm_record", "value": node}
                seen = {"observed_at": NOW.isoformat(), "source": "crm", "event_id": node}
                lines += json.dumps({**seen, "identifiers": [own]}) + "\n"
            (folder / "seen.jsonl").write_text(lines)
            resolve_file(FileRequest(folder / "seen.jsonl", folder / "map.csv"))
            found = _partition(folder / "map.csv")
            assert found == {frozenset(group) for group in expected}


def test_matching_attaches_a_record_but_never_joins_two_members(tmp_path: Path) -> None:
    propose(scored(("r1", "r2", 0.99)), plan(), tmp_path, NOW)
    lines = (tmp_path / "links.jsonl").read_text()
    for number in (1, 2):
        seen = {"observed_at": NOW.isoformat(), "source": "crm", "event_id": str(number)}
        names = [{"namespace": "member_id", "value": f"M{number}"}]
        names.append({"namespace": "crm_record", "value": f"r{number}"})
        lines += json.dumps({**seen, "strength": 1, "identifiers": names}) + "\n"
    (tmp_path / "seen.jsonl").write_text(lines)
    counts = resolve_file(FileRequest(tmp_path / "seen.jsonl", tmp_path / "map.csv"))
    assert counts.profiles == 2
    assert all("M1" not in group or "M2" not in group for group in _partition(tmp_path / "map.csv"))
    assert len(list(combinations(_partition(tmp_path / "map.csv"), 2))) == 1
