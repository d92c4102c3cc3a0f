"""Run identity resolution over the warehouse: one lock, one transaction, differences only."""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import numpy as np

from identity_resolution.graph import Flags, Integers
from identity_resolution.incremental import News, absorb, begin_again, settle
from identity_resolution.links import Evidence
from identity_resolution.rule_file import load_rules
from identity_resolution.rules import Rules
from identity_store import changes, write
from identity_store.actors import revise_actors, write_actors
from identity_store.claims import (
    decide_consents,
    mark_applied,
    newly_stated,
    read_claims,
)
from identity_store.evidence import observe, read_evidence, recall
from identity_store.health import measure
from identity_store.naming import Registry
from identity_store.ownership import find_divided, windows_of, write_windows
from identity_store.part import (
    StoredPart,
    prepare,
    read_part,
    widen,
    widen_to_all,
)
from identity_store.sources import SourceBits
from identity_store.tombstones import drop_replayed
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
        work = Work(conn, rules, settings.identity_key, run, _erased(conn))
        counts = _resolve(work, is_full=is_full)
        _record(conn, run, rules, counts, time.monotonic() - started)
        fence.counts.update({k: v for k, v in asdict(counts).items() if isinstance(v, int)})
        fault_point("identity_before_commit")
        fence.check(conn)
    return counts


@dataclass(frozen=True, slots=True)
class Work:
    """What the steps of one run share."""

    conn: Connection
    rules: Rules
    key: bytes
    run: Run
    erased: tuple[Integers, Integers]
    sources: SourceBits = field(default_factory=SourceBits)

    @property
    def stamp(self) -> dict[str, object]:
        """What every row that the run writes tells of it."""
        return {"run_id": self.run.run_id, "run_at": self.run.run_at}

    @property
    def registry(self) -> Registry:
        """Where profile ids come from."""
        return Registry(self.conn, self.key, self.run.run_at)


def _erased(conn: Connection) -> tuple[Integers, Integers]:
    """Return whom an erasure touched, and whose links must be counted again."""
    rows = conn.execute(
        "delete from identity.recount returning identifier_id, is_recounted"
    ).fetchall()
    found = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[found[:, 1] == 1, 0]


def _resolve(work: Work, *, is_full: bool) -> IdentityCounts:
    prepare(work.conn)
    drop_replayed(work.conn, work.run.load_ids, work.key)
    observed = observe(work.conn, work.run.load_ids, is_full=is_full)
    evidence = read_evidence(work.conn, work.sources, work.rules)
    decided = decide_consents(work.conn, work.run.load_ids, work.rules)
    changed = np.concatenate((decided, newly_stated(work.conn), work.erased[0]))
    if not len(evidence) and not len(changed):
        return IdentityCounts("full" if is_full else "incremental")
    fault_point("identity_after_observe")
    step = (_rebuild if is_full else _extend)(work, evidence, changed)
    counts = _written(work, step, is_full=is_full)
    return replace(counts, observations=observed, rows_written=counts.rows_written + observed)


@dataclass(frozen=True, slots=True)
class _Step:
    """A part before and after, and how many identifiers the news touched."""

    outcome: changes.Outcome
    touched: Flags


def _written(work: Work, step: _Step, *, is_full: bool) -> IdentityCounts:
    outcome = step.outcome
    sizes = np.unique(outcome.profiles_after.anchor[outcome.is_own], return_counts=True)[1]
    component = outcome.after.resolution.component[outcome.is_own]
    return IdentityCounts(
        "full" if is_full else "incremental",
        identifiers_touched=int(step.touched.sum()),
        identifiers_affected=int(outcome.part.is_affected.sum()),
        links_affected=len(outcome.after.graph.links),
        rows_written=_write(work, step) + mark_applied(work.conn),
        largest_component=int(np.unique(component, return_counts=True)[1].max(initial=0)),
        largest_profile=int(sizes.max(initial=0)),
    )


def _rebuild(work: Work, evidence: Evidence, changed: Integers) -> _Step:
    widen_to_all(work.conn)
    part = read_part(work.conn, work.sources)
    start = begin_again(part.state)
    news = _news(work, part, evidence, changed)
    change = absorb(start, news, work.rules)
    last_seen = changes.latest(np.full_like(part.last_seen, -1), news.evidence)
    after = settle(start, change, work.rules)
    return _Step(changes.Outcome(part, after, last_seen), change.touched)


def recall_everything(work: Work) -> changes.Outcome:
    """Return what a rebuild under the rules of `work` would change; nothing is written."""
    prepare(work.conn)
    observe(work.conn, (), is_full=True)
    evidence = read_evidence(work.conn, work.sources, work.rules)
    return _rebuild(work, evidence, np.empty(0, dtype=np.int64)).outcome


def _extend(work: Work, evidence: Evidence, changed: Integers) -> _Step:
    touched = np.union1d(evidence.member, changed)
    while True:
        widen(work.conn, touched)
        part = read_part(work.conn, work.sources)
        news = _news(work, part, evidence, changed)
        change = absorb(part.state, news, work.rules)
        outside = change.touched & ~part.is_affected
        if not outside.any():
            break
        touched = part.identifier_id[outside]
    after = settle(part.state, change, work.rules)
    last_seen = changes.latest(part.last_seen, news.evidence)
    return _Step(changes.Outcome(part, after, last_seen), change.touched)


def _news(work: Work, part: StoredPart, evidence: Evidence, changed: Integers) -> News:
    """Return the news by position; the log is read where the resolver asks for it."""

    def recall_at(is_wanted: Flags) -> Evidence:
        ids = part.identifier_id[is_wanted]
        return part.locate(recall(work.conn, ids, work.sources, work.rules))

    is_changed = np.isin(part.identifier_id, changed)
    return News(
        evidence=part.locate(evidence),
        claims=read_claims(work.conn, part, work.sources, work.rules),
        recall=recall_at,
        changed=is_changed,
        recounted=np.isin(part.identifier_id, work.erased[1]),
    )


def _write(work: Work, step: _Step) -> int:
    conn, outcome = work.conn, step.outcome
    part, identifiers = outcome.part, outcome.after.graph.identifiers
    ids = work.registry.name(identifiers, part.identifier_id, part.epoch, outcome.anchors)
    new, changed, gone = changes.link_rows(outcome, work.sources)
    written = ids.minted_count
    written += write.write_identifiers(conn, changes.identifier_rows(outcome))
    written += write.write_links(conn, new, changed) + write.delete_links(conn, gone)
    written += write.write_map(conn, changes.map_rows(outcome, ids), work.stamp)
    written += write.write_profiles(conn, changes.profile_rows(outcome, ids), work.stamp)
    written += write.write_events(conn, changes.event_rows(outcome, ids), work.stamp)
    reconsidered = [*changes.status_changed(outcome), *work.erased[0].tolist()]
    written += write_actors(conn, outcome, work.rules)
    written += revise_actors(conn, work.rules, reconsidered)
    return written + _write_windows(work, changes.moved(outcome))


def _write_windows(work: Work, moved: Integers) -> int:
    divided = find_divided(work.conn, moved, work.rules)
    log = recall(work.conn, divided, work.sources, work.rules)
    part, windows = windows_of(work.conn, divided, log, work.rules)
    return write_windows(work.conn, part, windows, work.registry, work.stamp)


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
