"""Run identity resolution over the warehouse: one lock, one transaction, differences only."""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import numpy as np

from identity_resolution.graph import Integers
from identity_resolution.incremental import absorb, settle
from identity_resolution.links import Evidence
from identity_resolution.rule_file import load_rules
from identity_resolution.rules import Rules
from identity_resolution.store import changes, write
from identity_resolution.store.evidence import observe, read_evidence
from identity_resolution.store.health import measure
from identity_resolution.store.naming import name_anchors
from identity_resolution.store.part import (
    forgotten,
    prepare,
    read_part,
    widen,
    widen_to_all,
)
from identity_resolution.store.sources import SourceBits
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import database_errors_without_values
from warehouse.faults import fault_point
from warehouse.runs import Run
from warehouse.stage import hold_stage

ROLE = "c360_identity"
STAGE = "identity"
RULES_FILE = "identity_rules.yml"

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


def deployed_rules(settings: Settings) -> Rules:
    """Return the rules of this deployment: its own file if it has one, else the shipped ones."""
    own = settings.config_dir / RULES_FILE
    return load_rules(own if own.is_file() else None)


def run(settings: Settings, run: Run, *, mode: Mode = "incremental") -> IdentityCounts:
    """Bring identity up to date with the loads of `run`.

    incremental: what the loads touch. full: everything again from the log of observations, which
    gives the same state. A run whose rules differ from those of the last run is full. Running again
    is harmless: a run that finds nothing new writes nothing.

    Raises:
        Fatal: the rules do not hold.
        Retryable, Fatal: see `warehouse.errors`; nothing was written.
    """
    started = time.monotonic()
    rules = deployed_rules(settings)
    with (
        hold_stage(settings, STAGE, run_id=run.run_id, role=ROLE) as fence,
        database_errors_without_values(),
        connect(settings, ROLE, stage=STAGE) as conn,
    ):
        is_full = mode == "full" or _have_rules_changed(conn, rules)
        counts = _resolve(_Work(conn, rules, settings.identity_key, run), is_full=is_full)
        _record(conn, run, rules, counts, time.monotonic() - started)
        fence.counts.update({k: v for k, v in asdict(counts).items() if isinstance(v, int)})
        fault_point("identity_before_commit")
        fence.check(conn)
    return counts


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of one run share."""

    conn: Connection
    rules: Rules
    key: bytes
    run: Run
    sources: SourceBits = field(default_factory=SourceBits)

    @property
    def stamp(self) -> dict[str, object]:
        return {"run_id": self.run.run_id, "run_at": self.run.run_at}


def _resolve(work: _Work, *, is_full: bool) -> IdentityCounts:
    mode: Mode = "full" if is_full else "incremental"
    prepare(work.conn)
    observed = observe(work.conn, work.run.load_ids, is_full=is_full)
    evidence = read_evidence(work.conn, work.sources)
    if not len(evidence):
        return IdentityCounts(mode)
    fault_point("identity_after_observe")
    outcome, touched = (_rebuild if is_full else _extend)(work, evidence)
    sizes = np.unique(outcome.profiles_after.anchor[outcome.is_own], return_counts=True)[1]
    component = outcome.after.resolution.component[outcome.is_own]
    return IdentityCounts(
        mode,
        observations=observed,
        identifiers_touched=touched,
        identifiers_affected=int(outcome.part.is_affected.sum()),
        links_affected=len(outcome.after.graph.links),
        rows_written=observed + _write(work, outcome),
        largest_component=int(np.unique(component, return_counts=True)[1].max(initial=0)),
        largest_profile=int(sizes.max(initial=0)),
    )


def _rebuild(work: _Work, evidence: Evidence) -> tuple[changes.Outcome, int]:
    widen_to_all(work.conn)
    part = read_part(work.conn, work.sources)
    evidence = _located(evidence, part.identifier_id)
    start = forgotten(part.state)
    change = absorb(start, evidence, work.rules)
    last_seen = changes.latest(np.full_like(part.last_seen, -1), evidence)
    after = settle(start, change, work.rules)
    return changes.Outcome(part, after, last_seen), int(change.touched.sum())


def _extend(work: _Work, evidence: Evidence) -> tuple[changes.Outcome, int]:
    touched = np.unique(evidence.member)
    while True:
        widen(work.conn, touched)
        part = read_part(work.conn, work.sources)
        located = _located(evidence, part.identifier_id)
        change = absorb(part.state, located, work.rules)
        outside = change.touched & ~part.is_affected
        if not outside.any():
            break
        touched = part.identifier_id[outside]
    after = settle(part.state, change, work.rules)
    last_seen = changes.latest(part.last_seen, located)
    return changes.Outcome(part, after, last_seen), int(change.touched.sum())


def _located(evidence: Evidence, identifier_id: Integers) -> Evidence:
    """Return `evidence` with positions in place of identifier ids; both ascend alike."""
    return replace(evidence, member=np.searchsorted(identifier_id, evidence.member))


def _write(work: _Work, outcome: changes.Outcome) -> int:
    conn, part = work.conn, outcome.part
    identifiers = outcome.after.graph.identifiers
    minting = (work.key, work.run.run_at)
    ids = name_anchors(conn, identifiers, part.identifier_id, outcome.anchors, minting)
    changed, gone = changes.link_rows(outcome, work.sources)
    written = ids.minted_count
    written += write.write_identifiers(conn, changes.identifier_rows(outcome))
    written += write.write_links(conn, changed) + write.delete_links(conn, gone)
    written += write.write_map(conn, changes.map_rows(outcome, ids), work.stamp)
    written += write.write_profiles(conn, changes.profile_rows(outcome, ids), work.stamp)
    written += write.write_events(conn, changes.event_rows(outcome, ids), work.stamp)
    return written + write.write_actors(conn, work.rules, changes.status_changed(outcome))


def _have_rules_changed(conn: Connection, rules: Rules) -> bool:
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


def _record(
    conn: Connection, run: Run, rules: Rules, counts: IdentityCounts, seconds: float
) -> None:
    """Keep the run's row; a stage that is repeated within a run adds to it."""
    row = {"run_id": run.run_id, "run_at": run.run_at, "rules_hash": rules.fingerprint}
    conn.execute(_RECORD, {**row, **asdict(counts), "seconds": round(seconds, 3)})
    health = json.dumps(measure(conn, rules, run.run_id))
    conn.execute(_RECORD_HEALTH, {"run_id": run.run_id, "health": health})
