"""Suites are data: they load, they are whole, and a broken one is named."""

from pathlib import Path

import pytest
import yaml

from expectations.engine import as_gx
from expectations.suite import GATES, Expectation, Suite, load_suites, read_suite
from warehouse.errors import Fatal

ALL = [
    pytest.param(suite, expectation, id=f"{gate}-{expectation.name}")
    for gate in GATES
    for suite in load_suites(gate)
    for expectation in suite.expectations
]
EXPECTATION = {
    "name": "one_is_one",
    "name_zh": "一",
    "expect": "ExpectColumnValuesToBeInSet",
    "arguments": {"column": "one", "value_set": [1]},
    "what_to_do": "Count again.",
}
GOOD = {
    "suite": "s",
    "about": "a",
    "query": "select 1 as one",
    "expectations": [EXPECTATION],
}


@pytest.mark.parametrize(("suite", "expectation"), ALL)
def test_an_expectation_can_be_built_and_says_what_to_do(
    suite: Suite, expectation: Expectation
) -> None:
    assert suite.about
    assert as_gx(expectation).meta == {"name": expectation.name}
    assert expectation.what_to_do.endswith(".")
    assert any("\u4e00" <= character <= "\u9fff" for character in expectation.name_zh)


@pytest.mark.parametrize(("suite", "expectation"), ALL)
def test_an_expectation_judges_a_column_its_query_returns(
    suite: Suite, expectation: Expectation
) -> None:
    arguments = expectation.arguments
    named = [*arguments.get("column_list", []), *filter(None, [arguments.get("column")])]
    assert all(column in suite.query for column in named)


@pytest.mark.parametrize("gate", GATES)
def test_every_query_looks_at_one_run_or_at_current_tables_only(gate: str) -> None:
    for suite in load_suites(gate):
        reads_raw = "raw.record" in suite.query
        assert not reads_raw or "c360.run_id" in suite.query, suite.suite


def write(folder: Path, **changes: object) -> Path:
    path = folder / "10_s.yml"
    path.write_text(yaml.safe_dump({**GOOD, **changes}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"threshold": 3}, "threshold"),
        ({"query": "delete from raw.record"}, "query"),
        ({"query": "select 1; drop table raw.record"}, "query"),
        ({"query": "select 7 % 2 as one"}, "query"),
        ({"query": "select :run as one"}, "query"),
        ({"expectations": []}, "expectations"),
        ({"expectations": [{**EXPECTATION, "severity": "fatal"}]}, "severity"),
    ],
)
def test_a_broken_suite_is_an_error_that_names_its_key(
    tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(Fatal, match=rf"(?s)10_s\.yml.*{named}"):
        read_suite(write(tmp_path, **changes))


def test_a_cast_is_no_parameter(tmp_path: Path) -> None:
    query = "select '1'::integer as one, 'a:b' as two"
    assert read_suite(write(tmp_path, query=query)).query == query


def test_a_name_may_be_used_once_in_a_gate(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    twice = [EXPECTATION, EXPECTATION]
    write(tmp_path / "raw", expectations=twice)
    with pytest.raises(Fatal, match="one_is_one"):
        load_suites("raw", tmp_path)


def test_an_unknown_gate_is_refused() -> None:
    with pytest.raises(Fatal, match="raw, identity, publish"):
        load_suites("mart")


@pytest.mark.parametrize(
    "changes",
    [{"expect": "ExpectMiracles"}, {"arguments": {"column": "one", "walue_set": [1]}}],
)
def test_an_argument_great_expectations_does_not_know_is_named(changes: dict[str, object]) -> None:
    expectation = Expectation.model_validate({**EXPECTATION, **changes})
    with pytest.raises(Fatal, match="one_is_one"):
        as_gx(expectation)
