"""All ready files of a source's window of days, one after the other."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from ingestion.batch import load_in_batches
from ingestion.contract import Contract, contracts_of
from ingestion.contract_places import contract_dirs
from ingestion.file_load import Delivery, describe, path_in_zone
from ingestion.landed_bytes import stamp_of
from ingestion.landing import LandedFile, Readiness, empty_days, ready_files
from ingestion.load_target import FileCounts
from ingestion.session import Session, open_session
from settings import Settings
from warehouse.days import record_empty_day
from warehouse.errors import Fatal
from warehouse.kinds import register_kind
from warehouse.load_ledger import LandingFile, loaded_files
from warehouse.stored_objects import known_stamps, remember_stamp


@dataclass(frozen=True)
class Window:
    """Days of one source, as whose load they count, and how long a file must have been still."""

    source: str
    first_day: date
    last_day: date
    arrival_day: date
    orchestrator_run_id: str | None = None
    stable_seconds: float = 0.0


@dataclass(frozen=True)
class WindowCounts:
    """Sums over the files loaded by one call; files already loaded are not counted again."""

    files: int
    rows_in: int
    loaded: int
    duplicate: int
    quarantined: int
    load_ids: tuple[int, ...]


def load_window(  # noqa: PLR0913 - the contract of docs/interfaces.md
    settings: Settings,
    source: str,
    first_day: date,
    last_day: date,
    *,
    arrival_day: date,
    orchestrator_run_id: str | None = None,
    stable_seconds: float = 0.0,
) -> WindowCounts:
    """Loads every ready file of the window that is not loaded yet, in path order.

    Each file is a transaction of its own, so a window that fails in the middle goes on from there
    when it is run again. Empty-day manifests of the window are recorded. A file is ready at once,
    unless `stable_seconds` asks that it has not changed for so long; see `ingestion.landing`.

    Raises:
        Retryable: at the file that cannot be loaded now; what came before it stays.
        Fatal: the same, or, after everything else is loaded, a folder without a contract.
    """
    window = Window(source, first_day, last_day, arrival_day, orchestrator_run_id, stable_seconds)
    with open_session(settings) as session:
        _record_empty_days(session, window)
        return _summed(_load_files(session, window))


def _record_empty_days(session: Session, window: Window) -> None:
    landing_dir = session.settings.landing_dir
    days = empty_days(landing_dir, window.source, window.first_day, window.last_day)
    for day, manifest in days:
        name = manifest.relative_to(landing_dir).as_posix()
        record_empty_day(session.numbers, window.source, day, name)


def _load_files(session: Session, window: Window) -> list[FileCounts]:
    contracts = contracts_of(window.source, *contract_dirs(session.settings.config_dir))
    counts: list[FileCounts] = []
    unknown = []
    for kind, files in groupby(_ready_files(session, window), key=lambda landed: landed.kind):
        if kind in contracts:
            new = _new_files(session, window, contracts[kind], files)
            register_kind(session.numbers, source=window.source, **_registered(contracts[kind]))
            counts += load_in_batches(session, contracts[kind], new)
        else:
            unknown.append(kind)
    if unknown:
        raise Fatal(
            f"{window.source}: no contract for the folder {unknown[0]!r}; add "
            "<config>/contracts/<source>__<kind>.yml or remove it. All other files are loaded"
        )
    return [count for count in counts if not count.is_already_loaded]


def _registered(contract: Contract) -> dict[str, Any]:
    return {
        "kind": contract.kind,
        "contract_version": contract.version,
        "cadence": contract.cadence,
    }


def _ready_files(session: Session, window: Window) -> Iterator[LandedFile]:
    readiness = Readiness(window.stable_seconds, time.time() if window.stable_seconds else 0.0)
    days = (window.first_day, window.last_day)
    return ready_files(session.settings.landing_dir, window.source, days, readiness)


def _new_files(
    session: Session, window: Window, contract: Contract, files: Iterable[LandedFile]
) -> Iterator[tuple[Delivery, LandingFile]]:
    """The files that are not loaded yet, hashed.

    On object storage, those whose stamp is that of a loaded one are not even read.
    """
    days = (window.first_day, window.last_day)
    rewritten = [contract.kind] if contract.load_mode == "replace_window" else []
    done = loaded_files(session.numbers, contract.source, *days, rewritten)
    stamps = known_stamps(session.numbers, contract.source, *days)
    for landed in files:
        delivery = Delivery(
            landed.path, landed.landing_day, window.arrival_day, window.orchestrator_run_id
        )
        # A window that is rewritten may come back to older bytes, so it is always looked at.
        stamp = None if rewritten else stamp_of(landed.path)
        if stamp and stamps.get(path_in_zone(session.settings, landed.path)) == stamp:
            continue
        file = describe(session.settings, delivery, contract)
        if (file.kind, file.path, file.file_hash) not in done:
            yield delivery, file
        elif stamp:
            remember_stamp(session.numbers, file.source, file.landing_day, file.path, stamp)


def _summed(counts: list[FileCounts]) -> WindowCounts:
    return WindowCounts(
        files=len(counts),
        rows_in=sum(count.rows_in for count in counts),
        loaded=sum(count.loaded for count in counts),
        duplicate=sum(count.duplicate for count in counts),
        quarantined=sum(count.quarantined for count in counts),
        load_ids=tuple(count.load_id for count in counts),
    )
