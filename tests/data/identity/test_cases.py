"""Cases whose expected outcome other systems state in their documentation and test suites."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from evaluation.file_resolution import normalised
from identity_resolution.rules import Rules, parse_rules
from tests.property.identity.oracle import Identifier, Observation
from tests.property.identity.worlds import Outcome, outcome, run

_PROJECT = Path(__file__).parents[3]
_SHARED = Path(os.environ.get("C360_SHARED_DATA", _PROJECT.parent / "shared" / "data"))
_CASES = _SHARED / "identity_cases"

pytestmark = pytest.mark.skipif(not _CASES.is_dir(), reason="the shared identity cases are absent")


def _load(name: str) -> dict[str, Any]:
    path = _CASES / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _case_id(case: dict[str, Any]) -> str:
    return str(case["name"])


_PLAIN = _load("01_plain_components.json")
_UNIQUE = _load("04_unique_namespaces.json")


def _deliveries(log: list[Observation]) -> list[list[list[Observation]]]:
    """Everything at once; one by one (a thousand by fives); shuffled with some twice, in parts."""
    shuffled = log + log[::3]
    random.Random(1).shuffle(shuffled)
    return [[log], _parts(log, len(log) // 200), _parts(shuffled, len(shuffled) // 10)]


def _parts(log: list[Observation], size: int) -> list[list[Observation]]:
    step = max(size, 1)
    return [log[k : k + step] for k in range(0, len(log), step)]


def _outcomes(log: list[Observation], rules: Rules) -> list[Outcome]:
    return [outcome(run(batches, rules)[-1]) for batches in _deliveries(log) if batches]


def _clusters(result: Outcome, namespace: str) -> set[frozenset[str]]:
    groups = {
        frozenset(v for n, _, v in held if n == namespace) for held in result.profile.values()
    }
    return groups - {frozenset()}


def _seen(at: int, *identifiers: Identifier) -> Observation:
    return Observation(at, tuple((identifier, 2) for identifier in identifiers))


@pytest.mark.parametrize("case", _PLAIN.get("graphs", []), ids=_case_id)
def test_plain_graphs_fall_into_their_components(case: dict[str, Any]) -> None:
    node = {str(name): ("node", "", str(name)) for name in case["nodes"]}
    log = [_seen(0, node[str(a)], node[str(b)]) for a, b, *_ in case["edges"]]
    log += [_seen(0, name) for name in node.values()]
    expected = {frozenset(map(str, cluster)) for cluster in case["clusters"]}
    for result in _outcomes(log, parse_rules({})):
        assert _clusters(result, "node") == expected


@pytest.mark.parametrize("case", _PLAIN.get("records", []), ids=_case_id)
def test_records_join_by_what_they_share(case: dict[str, Any]) -> None:
    rules = parse_rules({"namespaces": {"email": {"normalise": "email"}}})
    expected = {frozenset(cluster) for cluster in case["clusters"]}
    for result in _outcomes(_records(case["records"], rules), rules):
        assert _clusters(result, "record") == expected


def _records(records: dict[str, dict[str, str]], rules: Rules) -> list[Observation]:
    spelt = {(kind, "", value) for record in records.values() for kind, value in record.items()}
    clean = normalised(spelt, rules)
    return [
        _seen(
            0, ("record", "", name), *(clean[kind, "", v] or ("", "", "") for kind, v in r.items())
        )
        for name, r in records.items()
    ]


@pytest.mark.parametrize("case", _UNIQUE.get("scenarios", []), ids=_case_id)
def test_an_identifier_that_occurs_once_per_profile_goes_to_its_newest_owner(
    case: dict[str, Any],
) -> None:
    rules = _priority_rules(case["unique"])
    log = [_seen(e["t"], *((n, "", v) for n, v in e["ids"])) for e in case["events"]]
    for result in _outcomes(log, rules):
        for group in case["together"]:
            assert len({result.profile[n, "", v] for n, v in group}) == 1
        for group in case["apart"]:
            profiles = [result.profile[n, "", v] for n, v in group]
            assert len(set(profiles)) == len(profiles)


def _priority_rules(unique: list[str]) -> Rules:
    ranks = {name: rank for rank, name in enumerate(_UNIQUE["priority"], start=1)}
    return parse_rules(
        {
            "namespaces": {
                name: {
                    "rank": rank,
                    "limit": 1 if name in unique else None,
                    "class": "account" if rank == 1 else "shareable",
                }
                for name, rank in ranks.items()
            }
        }
    )
