"""Score a map of profiles in a file against planted truth in files."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from evaluation.scoring import Evaluation, Identifier, Score, compare
from warehouse.errors import Fatal

__all__ = ["Evaluation", "Score", "evaluate", "read_truth"]


def evaluate(truth_dir: Path, map_path: Path) -> Evaluation:
    """Score the map at `map_path` against `identifier.csv` and `person.csv` of `truth_dir`."""
    profile_id = {_key(row): row["profile_id"] for row in _rows(map_path)}
    return compare(*read_truth(truth_dir), profile_id)


def read_truth(truth_dir: Path) -> tuple[dict[Identifier, str], dict[str, set[str]]]:
    """Return the person of each identifier, and the persons of each scenario."""
    return _owners(truth_dir / "identifier.csv"), _scenarios(truth_dir / "person.csv")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Fatal(f"cannot read {path.name}: {type(error).__name__}") from error


def _key(row: Mapping[str, str]) -> Identifier:
    return row["namespace"], row["scope"], row["value"]


def _owners(path: Path) -> dict[Identifier, str]:
    """Return the person of each identifier: of several owners in turn, the newest."""
    newest: dict[Identifier, tuple[str, str]] = {}
    for row in _rows(path):
        claim = row["owned_from"], row["person_id"]
        newest[_key(row)] = max(claim, newest.get(_key(row), claim))
    return {identifier: person for identifier, (_, person) in newest.items()}


def _scenarios(path: Path) -> dict[str, set[str]]:
    scenarios: dict[str, set[str]] = defaultdict(set)
    for row in _rows(path):
        scenarios[row["scenario"]].add(row["person_id"])
    return scenarios
