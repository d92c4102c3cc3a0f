"""A gate: all suites of its folder over the rows of one run, and whether the run may go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from expectations.suite import Severity, load_suites
from expectations.waivers import read_waivers, waive
from settings import Settings
from warehouse.gate_results import GateRow, record_gate
from warehouse.runs import read_run

if TYPE_CHECKING:
    from expectations.engine import Outcome

ROLE = "c360_publish"
"""Reads the ledger, raw rows, identity without clear values, and every mart."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict: `failed` names what blocks the run, `warned` what is only shown.

    `unchecked` are those of `failed` whose query itself broke: a gate that cannot look stays shut.
    """

    gate: str
    checked: int
    failed: tuple[str, ...]
    warned: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the run may go on."""
        return not self.failed

    @property
    def reason(self) -> str:
        """Why the run is blocked, in one line; empty when it is not."""
        return f"gate {self.gate}: {', '.join(self.failed)}" if self.failed else ""


def check_gate(settings: Settings, run_id: int, gate: str) -> GateResult:
    """Check a gate for the loads of a run and record each outcome in `ops.gate_result`.

    The caller holds the stage `gate_<gate>`.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: the gate or the run is unknown, or a file of suites or waivers is broken.
    """
    as_of = read_run(settings, run_id).as_of
    suites = waive(load_suites(gate), read_waivers(settings.config_dir), as_of)
    from expectations.engine import judge  # noqa: PLC0415 - takes seconds, so only when needed

    outcomes = judge(connection_string(settings.database_url, run_id, gate), suites)
    rows = [GateRow(o.suite, o.expectation, str(o.severity), o.success) for o in outcomes]
    record_gate(settings, run_id, gate, rows)
    return verdict(gate, outcomes)


def verdict(gate: str, outcomes: Sequence["Outcome"]) -> GateResult:
    """Weigh the outcomes: one failed critical expectation closes the gate."""
    failed = [o for o in outcomes if not o.success]
    return GateResult(
        gate,
        len(outcomes),
        tuple(o.expectation for o in failed if o.severity is Severity.CRITICAL),
        tuple(o.expectation for o in failed if o.severity is Severity.WARNING),
        tuple(o.expectation for o in failed if not o.was_checked),
    )


def connection_string(database_url: str, run_id: int, gate: str) -> str:
    """The warehouse's address for SQLAlchemy: acts as `ROLE`, and queries can ask for the run.

    The session is named after the stage `gate_<gate>`, so that its next holder can end it.
    """
    options = f"-c role={ROLE} -c c360.run_id={run_id:d} -c timezone=UTC"
    url = make_url(database_url).set(drivername="postgresql+psycopg2")
    url = url.update_query_dict({"options": options, "application_name": f"c360:gate_{gate}"})
    return url.render_as_string(hide_password=False)
