"""The three quality gates of a run: `raw`, `identity` and `publish`.

What must hold is data (`suites/<gate>/*.yml`); `check_gate` lets Great Expectations judge it.
"""

from expectations.gate import GateResult, check_gate
from expectations.suite import Expectation, Severity, Suite, load_suites

__all__ = ["Expectation", "GateResult", "Severity", "Suite", "check_gate", "load_suites"]
