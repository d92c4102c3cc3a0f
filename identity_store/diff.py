"""What new rules would change, before they are switched on; nothing is written."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from identity_resolution.rule_file import load_rules
from identity_store.resolve import ROLE, Work, recall_everything
from identity_store.transitions import NO_PROFILE, transitions
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values
from warehouse.runs import Run


@dataclass(frozen=True, slots=True)
class RuleDiff:
    """Profiles merged, split, moved from or newly named; identifiers and persons concerned."""

    merged: int
    split: int
    moved: int
    identified: int
    identifiers_moved: int
    persons_touched: int
    largest_profile_before: int
    largest_profile_after: int


def diff_rules(settings: Settings, rules_path: Path, newest: Run) -> RuleDiff:
    """Resolve the whole log under the rules at `rules_path`, beside what stands.

    Raises:
        Fatal: the rules do not hold.
    """
    rules = load_rules(rules_path)
    nobody = np.empty(0, dtype=np.int64)
    with database_errors_without_values(), connect(settings, ROLE, stage="identity:diff") as conn:
        work = Work(conn, rules, settings.identity_key, newest, (nobody, nobody))
        outcome = recall_everything(work)
        conn.rollback()
    before, after = outcome.profiles_before, outcome.profiles_after
    kinds = Counter(str(event.kind) for event in transitions(before, after))
    is_moved = (before.anchor != after.anchor) & (before.anchor != NO_PROFILE)
    return RuleDiff(
        merged=kinds["merged"],
        split=kinds["split"],
        moved=kinds["moved"],
        identified=kinds["identified"],
        identifiers_moved=int(is_moved.sum()),
        persons_touched=len(np.unique(before.anchor[is_moved & before.is_known])),
        largest_profile_before=_largest(before.anchor),
        largest_profile_after=_largest(after.anchor),
    )


def _largest(anchor: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> int:
    held = anchor[anchor != NO_PROFILE]
    return int(np.unique(held, return_counts=True)[1].max(initial=0))
