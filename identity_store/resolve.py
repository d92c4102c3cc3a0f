"""Run identity resolution over the warehouse: one lock, one transaction, differences only."""

import time
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from identity_resolution.graph import Flags, Integers
from identity_resolution.incremental import News, State, absorb, begin, settle
from identity_resolution.links import Evidence
from identity_resolution.rules import Rules
from identity_store import changes, write
from identity_store.actors import revise_actors, write_actors
from identity_store.claims import (
    decide_consents,
    mark_applied,
    newly_stated,
    read_claims,
)
from identity_store.evidence import Observed, observe, read_evidence, recall
from identity_store.extent import cover, prepare, widen, widen_to_unsettled
from identity_store.naming import Registry
from identity_store.ownership import (
    Reconsidered,
    find_divided,
    reconsidered,
    windows_of,
    write_windows,
)
from identity_store.part import read_everything, read_part
from identity_store.renormalised import renormalised
from identity_store.rule_file import load_rules
from identity_store.run_record import IdentityCounts, Mode, have_rules_changed, record
from identity_store.sources import SourceBits
from identity_store.stored_part import StoredPart
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
        is_full = mode == "full" or have_rules_changed(conn, rules)
        work = Work(conn, rules, settings.identity_key, run, _erased(conn))
        counts = _resolve(work, is_full=is_full)
        record(conn, run, rules, counts, time.monotonic() - started)
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
    found = read_evidence(work.conn, work.sources, work.rules, is_full=is_full)
    decided = decide_consents(work.conn, work.run.load_ids, work.rules)
    changed = np.concatenate((decided, newly_stated(work.conn), work.erased[0]))
    if not len(found.evidence) and not len(changed):
        return IdentityCounts("full" if is_full else "incremental")
    fault_point("identity_after_observe")
    if is_full:
        step = _rebuild(work, read_everything(work.conn, work.sources), found, changed)
    else:
        step = _extend(work, found, changed)
    counts = _written(work, step)
    return replace(counts, observations=observed, rows_written=counts.rows_written + observed)


@dataclass(frozen=True, slots=True)
class _Step:
    """A part before and after, whom the news touched, their evidence as stored and by position."""

    mode: Mode
    outcome: changes.Outcome
    touched: Flags
    found: Observed
    evidence: Evidence


def _written(work: Work, step: _Step) -> IdentityCounts:
    outcome = step.outcome
    sizes = np.unique(outcome.profiles_after.anchor[outcome.is_own], return_counts=True)[1]
    component = outcome.after.resolution.component[outcome.is_own]
    is_affected, links = outcome.part.is_affected, outcome.after.graph.links
    return IdentityCounts(
        step.mode,
        identifiers_touched=int(step.touched.sum()),
        identifiers_affected=int(is_affected.sum()),
        links_affected=int(np.sum(is_affected[links.left] | is_affected[links.right])),
        rows_written=_write(work, step) + mark_applied(work.conn),
        largest_component=int(np.unique(component, return_counts=True)[1].max(initial=0)),
        largest_profile=int(sizes.max(initial=0)),
    )


def _rebuild(work: Work, part: StoredPart, found: Observed, changed: Integers) -> _Step:
    start = _begin_again(part.state)
    news = _news(work, part, found.evidence, changed)
    change = absorb(start, news, work.rules)
    last_seen = changes.latest(np.full_like(part.last_seen, -1), news.evidence)
    outcome = changes.Outcome(part, settle(start, change, work.rules), last_seen)
    return _Step("full", outcome, change.touched, found, news.evidence)


def _begin_again(state: State) -> State:
    """Return `state` without evidence and decisions: what a rebuild starts from.

    What was recorded once stays: the days of arrival and the times of birth.
    """
    blank, known = begin(state.graph.identifiers), state.graph.identifiers
    identifiers = replace(
        blank.graph.identifiers, arrival_day=known.arrival_day, born_at=known.born_at
    )
    return replace(blank, graph=replace(blank.graph, identifiers=identifiers))


def recall_everything(work: Work) -> changes.Outcome:
    """Return what a rebuild would change under the rules of `work` and the installed normalisers.

    Nothing is written. What the rules say of normalisers counts here alone: loads normalise as the
    namespaces are defined.
    """
    prepare(work.conn)
    observe(work.conn, (), is_full=True)
    found = read_evidence(work.conn, work.sources, work.rules, is_full=True)
    part = renormalised(read_everything(work.conn, work.sources), work.rules)
    return _rebuild(work, part, found, np.empty(0, dtype=np.int64)).outcome


def _extend(work: Work, found: Observed, changed: Integers) -> _Step:
    cover(work.conn, np.union1d(found.evidence.member, changed))
    is_new_set = found.actor_id < 0
    new = found.evidence.member[is_new_set[found.evidence.row]]
    widen_to_unsettled(work.conn, np.union1d(new, changed))
    while True:
        part = read_part(work.conn, work.sources)
        news = _news(work, part, found.evidence, changed)
        change = absorb(part.state, news, work.rules)
        outside = change.stirred & ~part.is_affected
        if not outside.any():
            break
        widen(work.conn, part.identifier_id[outside])
    after = settle(part.state, change, work.rules)
    last_seen = changes.latest(part.last_seen, news.evidence)
    outcome = changes.Outcome(part, after, last_seen)
    return _Step("incremental", outcome, change.touched, found, news.evidence)


def _news(work: Work, part: StoredPart, evidence: Evidence, changed: Integers) -> News:
    """Return the news by position; the log is read where the resolver asks for it."""

    def recall_at(is_wanted: Flags) -> Evidence:
        return part.locate(recall(work.conn, part.ids_of(is_wanted), work.sources, work.rules))

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
    written += write.write_sightings(conn, changes.sighting_rows(outcome))
    written += write.write_links(conn, new, changed) + write.delete_links(conn, gone)
    written += write.write_map(conn, changes.map_rows(outcome, ids), work.stamp)
    written += write.write_profiles(conn, changes.profile_rows(outcome, ids), work.stamp)
    written += write.write_events(conn, changes.event_rows(outcome, ids), work.stamp)
    status_changed = changes.status_changed(outcome)
    to_revise = [*status_changed, *work.erased[0].tolist()]
    written += write_actors(conn, outcome, step.found, step.evidence, work.rules)
    written += revise_actors(conn, work.rules, to_revise)
    asked = reconsidered(outcome, step.touched, status_changed, work.rules)
    if step.mode == "full":
        asked = replace(asked, told=None)
    return written + _write_windows(work, asked)


def _write_windows(work: Work, asked: Reconsidered) -> int:
    divided = find_divided(work.conn, asked, work.rules)
    log = recall(work.conn, divided, work.sources, work.rules)
    part, windows = windows_of(work.conn, divided, log, work.rules)
    return write_windows(work.conn, part, windows, work.registry, work.stamp)
