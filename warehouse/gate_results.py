"""What the quality gates found: booleans by name, never a value of the data."""

from collections.abc import Sequence
from typing import NamedTuple

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_publish"

_UPSERT = """
insert into ops.gate_result (run_id, gate, suite, expectation, severity, success)
values (%s, %s, %s, %s, %s, %s)
on conflict (run_id, gate, suite, expectation) do update
set severity = excluded.severity, success = excluded.success, checked_at = clock_timestamp()
"""


class GateRow(NamedTuple):
    """The outcome of one expectation; `severity` is `critical` or `warning`."""

    suite: str
    expectation: str
    severity: str
    success: bool


def record_gate(settings: Settings, run_id: int, gate: str, rows: Sequence[GateRow]) -> None:
    """Record the outcomes; a retried gate overwrites what it found before.

    Raises:
        Fatal: there is no such run.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=f"gate_{gate}") as conn:
        conn.cursor().executemany(_UPSERT, [(run_id, gate, *row) for row in rows])


def read_gates(settings: Settings, run_id: int) -> dict[str, list[GateRow]]:
    """The outcomes of a run by gate, failures first."""
    with database_errors_without_values(), connect(settings, ROLE) as conn:
        found = conn.execute(
            "select gate, suite, expectation, severity, success from ops.gate_result"
            " where run_id = %s order by gate, success, severity, suite, expectation",
            [run_id],
        ).fetchall()
    gates: dict[str, list[GateRow]] = {}
    for gate, *row in found:
        gates.setdefault(gate, []).append(GateRow(*row))
    return gates
