"""What new rules or new normalisers would change before they are switched on; writes nothing."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from identity_resolution.graph import Integers
from identity_store.changes import Outcome
from identity_store.resolve import ROLE, Work, deployed_rules, recall_everything
from identity_store.rule_file import load_rules
from identity_store.transitions import NO_PROFILE, Profiles, transitions
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values
from warehouse.runs import Run


@dataclass(frozen=True, slots=True)
class RuleDiff:
    """Profiles merged, split, moved from or newly named; identifiers and persons concerned.

    values_joined, values_refused: identifiers whose value the normalisers would write like another
    one's, and those that they would not take for an identifier any more.
    """

    merged: int
    split: int
    moved: int
    identified: int
    identifiers_moved: int
    persons_touched: int
    largest_profile_before: int
    largest_profile_after: int
    values_joined: int
    values_refused: int


def diff_rules(settings: Settings, rules_path: Path | None, newest: Run) -> RuleDiff:
    """Resolve the whole log under the rules at `rules_path`, or the deployed, beside what stands.

    Stored values are normalised again by the installed normalisers that the rules name.

    Raises:
        Fatal: the rules do not hold.
    """
    rules = load_rules(rules_path) if rules_path else deployed_rules(settings)
    nobody = np.empty(0, dtype=np.int64)
    with database_errors_without_values(), connect(settings, ROLE, stage="identity:diff") as conn:
        work = Work(conn, rules, settings.identity_key, newest, (nobody, nobody))
        outcome = recall_everything(work)
        conn.rollback()
    before, after = outcome.profiles_before, _profiles_after(outcome)
    counts_as, is_held = outcome.part.counts_as, before.anchor != NO_PROFILE
    kinds = Counter(str(event.kind) for event in transitions(before, after))
    is_moved = (before.anchor != after.anchor) & is_held
    return RuleDiff(
        merged=kinds["merged"],
        split=kinds["split"],
        moved=kinds["moved"],
        identified=kinds["identified"],
        identifiers_moved=int(is_moved.sum()),
        persons_touched=len(np.unique(before.anchor[is_moved & before.is_known])),
        largest_profile_before=_largest(before.anchor),
        largest_profile_after=_largest(outcome.profiles_after.anchor),
        values_joined=int(((counts_as >= 0) & (counts_as != np.arange(len(counts_as)))).sum()),
        values_refused=int(((counts_as < 0) & is_held).sum()),
    )


def _profiles_after(outcome: Outcome) -> Profiles:
    """Return where each identifier would go: with whom it counts as; alone if as nobody."""
    before, after, counts_as = (
        outcome.profiles_before,
        outcome.profiles_after,
        outcome.part.counts_as,
    )
    is_nobody = counts_as < 0
    alone = np.where(before.anchor == NO_PROFILE, NO_PROFILE, np.arange(len(counts_as)))
    anchor = np.where(is_nobody, alone, after.anchor[counts_as])
    return Profiles(anchor, ~is_nobody & after.is_known[counts_as])


def _largest(anchor: Integers) -> int:
    held = anchor[anchor != NO_PROFILE]
    return int(np.unique(held, return_counts=True)[1].max(initial=0))
