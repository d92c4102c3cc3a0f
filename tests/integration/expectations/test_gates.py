"""Each gate passes on good rows, and each seeded defect is caught by its own name."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from expectations import Severity, check_gate, load_suites
from expectations.engine import judge
from expectations.gate import connection_string, verdict
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal

DEFECTS = yaml.safe_load(Path(__file__).with_name("defects.yml").read_text(encoding="utf-8"))
SEEDED = [
    pytest.param(gate, severity, name, id=f"{gate}-{name}")
    for gate, by_severity in DEFECTS.items()
    for severity, by_name in by_severity.items()
    for name in by_name
]
Spoil = Callable[[str], None]


@pytest.mark.parametrize("gate", DEFECTS)
def test_a_gate_passes_on_good_rows_and_records_every_outcome(brand: Settings, gate: str) -> None:
    result = check_gate(brand, 2, gate)
    assert (result.failed, result.warned) == ((), ())
    assert result.passed
    assert recorded(brand, gate) == {
        (suite.suite, expectation.name, str(expectation.severity), True)
        for suite in load_suites(gate)
        for expectation in suite.expectations
    }


@pytest.mark.parametrize(("gate", "severity", "name"), SEEDED)
def test_a_seeded_defect_is_caught_by_its_name(
    brand: Settings, spoil: Spoil, gate: str, severity: str, name: str
) -> None:
    spoil(DEFECTS[gate][severity][name])
    suite = next(s for s in load_suites(gate) if name in {e.name for e in s.expectations})
    result = verdict(gate, judge(connection_string(brand.database_url, 2, gate), [suite]))
    assert name in (result.failed if severity == "critical" else result.warned)
    assert result.unchecked == ()


@pytest.mark.parametrize(("gate", "severity"), [(g, s) for g in DEFECTS for s in DEFECTS[g]])
def test_only_critical_defects_close_a_gate(
    brand: Settings, spoil: Spoil, gate: str, severity: str
) -> None:
    name, defect = next(iter(DEFECTS[gate][severity].items()))
    spoil(defect)
    result = check_gate(brand, 2, gate)
    assert result.passed == (severity == "warning")
    assert (name in result.reason) == (severity == "critical")
    assert (name in result.warned) == (severity == "warning")


@pytest.mark.parametrize("gate", DEFECTS)
def test_every_expectation_has_a_defect_that_it_catches(gate: str) -> None:
    seeded = {name: severity for severity, names in DEFECTS[gate].items() for name in names}
    assert seeded == {
        e.name: str(e.severity) for suite in load_suites(gate) for e in suite.expectations
    }


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("update ops.run set as_of = '2026-11-13' where run_id = 2", "fraction"),
        ("update ops.load set published_run_id = null", "fraction"),
        ("update ops.load set published_run_id = null", "multiple"),
    ],
    ids=["an open day may be short", "no history, too few", "no history, too many"],
)
def test_volume_is_not_judged_without_a_closed_day_and_a_history(
    brand: Settings, spoil: Spoil, change: str, name: str
) -> None:
    expectation = f"volume_is_not_a_{name}_of_history"
    spoil(DEFECTS["raw"]["critical"][expectation])
    spoil(change)
    assert expectation not in check_gate(brand, 2, "raw").failed


def test_a_day_that_closes_now_is_judged_though_its_rows_came_before(
    brand: Settings, spoil: Spoil
) -> None:
    spoil(DEFECTS["raw"]["critical"]["volume_is_not_a_fraction_of_history"])
    spoil("delete from ops.run_load where load_id in (select load_id from new_load)")
    assert "volume_is_not_a_fraction_of_history" in check_gate(brand, 2, "raw").failed


@pytest.mark.parametrize(
    ("last_day", "outcome"), [("2026-11-14", "warned"), ("2026-11-13", "failed")]
)
def test_a_waived_expectation_only_warns_until_its_last_day(
    brand: Settings, spoil: Spoil, tmp_path: Path, last_day: str, outcome: str
) -> None:
    name = "volume_is_not_a_multiple_of_history"
    waiver = {"expectation": name, "last_day": last_day, "because": "a campaign"}
    document = yaml.safe_dump({"version": 1, "waivers": [waiver]})
    (tmp_path / "gates.yml").write_text(document, encoding="utf-8")
    spoil(DEFECTS["raw"]["critical"][name])
    result = check_gate(replace(brand, config_dir=tmp_path), 2, "raw")
    assert getattr(result, outcome) == (name,)
    assert result.passed == (outcome == "warned")


def test_a_retried_gate_overwrites_its_outcomes(brand: Settings, spoil: Spoil) -> None:
    spoil(DEFECTS["identity"]["critical"]["no_profile_is_a_crowd"])
    assert not check_gate(brand, 2, "identity").passed
    spoil("update identity.run set largest_profile = 5")
    assert check_gate(brand, 2, "identity").passed
    assert all(success for _, _, _, success in recorded(brand, "identity"))


def test_a_gate_that_cannot_look_stays_shut_and_tells_no_value(
    brand: Settings,
    spoil: Spoil,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    spoil(
        """
        update new_order set body = '{"total_fen": "canary-value"}';
        alter table identity.run alter largest_profile type text using 'canary-value'
        """
    )
    caplog.set_level(logging.DEBUG)
    results = [check_gate(brand, 2, gate) for gate in ("raw", "identity")]
    assert "no_profile_is_a_crowd" in results[1].unchecked
    printed = capfd.readouterr()
    assert "canary-value" not in caplog.text + printed.out + printed.err + str(results)


def test_an_unknown_run_is_refused(brand: Settings) -> None:
    with pytest.raises(Fatal):
        check_gate(brand, 99, "raw")


def test_critical_is_what_a_suite_means_when_it_says_nothing() -> None:
    severities = {e.severity for s in load_suites("identity") for e in s.expectations}
    assert severities == set(Severity)


def recorded(settings: Settings, gate: str) -> set[tuple[str, str, str, bool]]:
    with connect(settings, "c360_publish") as conn:
        return set(
            conn.execute(
                "select suite, expectation, severity, success from ops.gate_result"
                " where run_id = 2 and gate = %s",
                [gate],
            ).fetchall()
        )
