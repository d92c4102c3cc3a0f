"""What closes a gate, and what is said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from expectations.engine import Outcome
from expectations.gate import connection_string, verdict
from expectations.suite import Severity

OUTCOMES = st.builds(
    Outcome,
    suite=st.just("s"),
    expectation=st.sampled_from("abcdef"),
    severity=st.sampled_from(Severity),
    success=st.booleans(),
)


@given(st.lists(OUTCOMES))
def test_a_gate_passes_exactly_when_no_critical_expectation_failed(outcomes: list[Outcome]) -> None:
    result = verdict("raw", outcomes)
    blocking = [o.expectation for o in outcomes if not o.success and o.severity == "critical"]
    assert result.passed == (not blocking)
    assert result.failed == tuple(blocking)
    assert bool(result.reason) == bool(blocking)
    assert result.checked == len(outcomes)


def test_the_reason_names_gate_and_expectations() -> None:
    failed = [Outcome("s", name, Severity.CRITICAL, success=False) for name in ("one", "two")]
    assert verdict("publish", failed).reason == "gate publish: one, two"


@pytest.mark.parametrize("password", ["plain", "p@ss/w%20rd:#?&='x"])
def test_the_address_keeps_its_login_and_gets_role_and_run(password: str) -> None:
    plain = make_url("postgresql://login@db.example.org:5433/shop").set(password=password)
    url = make_url(connection_string(plain.render_as_string(hide_password=False), 42, "raw"))
    assert (url.username, url.password, url.host, url.port) == (
        "login", password, "db.example.org", 5433,
    )  # fmt: skip
    assert url.drivername == "postgresql+psycopg2"
    assert "role=c360_publish" in url.query["options"]
    assert "c360.run_id=42" in url.query["options"]
    assert url.query["application_name"] == "c360:gate_raw"
