"""A waiver lowers one expectation for some days, and a wrong file is an error."""

from datetime import date
from pathlib import Path

import pytest

from expectations.suite import Severity, load_suites
from expectations.waivers import Waiver, read_waivers, waive
from warehouse.errors import Fatal

NAME = "volume_is_not_a_multiple_of_history"
DAYS = {"first_day": date(2026, 11, 9), "last_day": date(2026, 11, 12)}


def severities(as_of: date | None) -> dict[str, Severity]:
    waiver = Waiver(expectation=NAME, because="Double 11", **DAYS)
    suites = waive(load_suites("raw"), [waiver], as_of)
    return {e.name: e.severity for suite in suites for e in suite.expectations}


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [
        (date(2026, 11, 8), "critical"),
        (date(2026, 11, 9), "warning"),
        (date(2026, 11, 12), "warning"),
        (date(2026, 11, 13), "critical"),
        (None, "critical"),
    ],
)
def test_a_waiver_holds_on_its_days_and_for_its_expectation_only(
    as_of: date | None, severity: str
) -> None:
    unwaived = {e.name: e.severity for suite in load_suites("raw") for e in suite.expectations}
    assert severities(as_of) == {**unwaived, NAME: severity}


def test_a_deployment_without_the_file_waives_nothing(tmp_path: Path) -> None:
    assert read_waivers(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("version: 1\nwaivers: [{expectation: a, last_day: 2026-11-12}]", "because"),
        ("version: 1\nwaivers: [{expectation: a, because: b}]", "last_day"),
        ("version: 2", "version"),
        ("waiver: []", "waiver"),
        ("- : [", "no list"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_its_key(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "gates.yml").write_text(text, encoding="utf-8")
    with pytest.raises(Fatal, match=rf"(?s)gates\.yml.*{named}"):
        read_waivers(tmp_path)
