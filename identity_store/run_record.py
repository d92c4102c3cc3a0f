"""What is kept of each run of identity resolution: what it saw and did, and its health."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from identity_resolution.rules import Rules
from identity_store.health import carry_on, measure
from warehouse.connection import Connection
from warehouse.runs import Run

Mode = Literal["incremental", "full"]


@dataclass(frozen=True, slots=True)
class IdentityCounts:
    """What a run saw and did; mode says how it ran, which may be more than was asked for."""

    mode: Mode
    observations: int = 0
    identifiers_touched: int = 0
    identifiers_affected: int = 0
    links_affected: int = 0
    rows_written: int = 0
    largest_component: int = 0
    largest_profile: int = 0

    @property
    def has_news(self) -> bool:
        """Whether anything was there to be decided on."""
        return bool(self.observations or self.identifiers_touched or self.rows_written)


def have_rules_changed(conn: Connection, rules: Rules) -> bool:
    """Return whether the newest run obeyed other rules."""
    row = conn.execute(
        "select rules_hash from identity.run order by run_id desc limit 1"
    ).fetchone()
    return row is not None and row[0] != rules.fingerprint


_RECORD = """
insert into identity.run as r (
    run_id, run_at, mode, rules_hash, observations, identifiers_touched, identifiers_affected,
    links_affected, rows_written, largest_component, largest_profile, seconds
)
values (
    %(run_id)s, %(run_at)s, %(mode)s, %(rules_hash)s, %(observations)s, %(identifiers_touched)s,
    %(identifiers_affected)s, %(links_affected)s, %(rows_written)s, %(largest_component)s,
    %(largest_profile)s, %(seconds)s
)
on conflict (run_id) do update
set
    mode = excluded.mode,
    rules_hash = excluded.rules_hash,
    observations = r.observations + excluded.observations,
    identifiers_touched = greatest(r.identifiers_touched, excluded.identifiers_touched),
    identifiers_affected = greatest(r.identifiers_affected, excluded.identifiers_affected),
    links_affected = greatest(r.links_affected, excluded.links_affected),
    rows_written = r.rows_written + excluded.rows_written,
    largest_component = greatest(r.largest_component, excluded.largest_component),
    largest_profile = greatest(r.largest_profile, excluded.largest_profile),
    seconds = r.seconds + excluded.seconds
"""

_RECORD_HEALTH = "update identity.run set health = %(health)s::jsonb where run_id = %(run_id)s"


def record(
    conn: Connection, run: Run, rules: Rules, counts: IdentityCounts, seconds: float
) -> None:
    """Keep the run's row; a stage that is repeated within a run adds to it."""
    row = {"run_id": run.run_id, "run_at": run.run_at, "rules_hash": rules.fingerprint}
    conn.execute(_RECORD, {**row, **asdict(counts), "seconds": round(seconds, 3)})
    if not counts.has_news and carry_on(conn, run.run_id):
        return
    health = json.dumps(measure(conn, rules, run.run_id))
    conn.execute(_RECORD_HEALTH, {"run_id": run.run_id, "health": health})
