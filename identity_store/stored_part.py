"""A part of the stored graph in memory, and the way from identifier ids to positions in it."""

from dataclasses import dataclass, replace

import numpy as np

from identity_resolution.graph import Codes, Flags, Integers
from identity_resolution.incremental import State
from identity_resolution.links import Evidence


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of the stored graph.

    identifier_id: ascending, by position. state: as stored; the anchors in it are the current
    profiles, or `NO_PROFILE`. last_seen: of each identifier, -1 if never. is_covered: whether all
    links of the identifier are in the part. is_affected: whether its component is, completely.
    decision: of each link, or `UNDECIDED`. epoch: how many lives of each identifier's value were
    erased before. counts_as: the position whose identifier each one is taken for, -1 for nobody;
    usually its own.
    """

    identifier_id: Integers
    state: State
    last_seen: Integers
    is_covered: Flags
    is_affected: Flags
    decision: Codes
    epoch: Integers
    counts_as: Integers

    def positions(self, identifier_ids: Integers) -> Integers:
        """Return the position that each identifier id counts as, -1 of those outside the part."""
        if not len(self.identifier_id):
            return np.full(len(identifier_ids), -1, dtype=np.int64)
        place = np.searchsorted(self.identifier_id, identifier_ids)
        place = np.minimum(place, len(self.identifier_id) - 1)
        return np.where(self.identifier_id[place] == identifier_ids, self.counts_as[place], -1)

    def ids_of(self, is_wanted: Flags) -> Integers:
        """Return the ids of all identifiers that count as one of those flagged."""
        is_nobody = self.counts_as < 0
        return self.identifier_id[is_wanted[self.counts_as] & ~is_nobody]

    def locate(self, evidence: Evidence) -> Evidence:
        """Return `evidence` by positions in place of identifier ids, without strangers."""
        if not len(evidence.member):
            return evidence
        located = replace(evidence, member=self.positions(evidence.member))
        located = located.without(located.member < 0)
        is_own = np.array_equal(self.counts_as, np.arange(len(self.counts_as)))
        return located if is_own else _distinct(located)


def _distinct(evidence: Evidence) -> Evidence:
    """Return `evidence` with each member of a set once, with its best strength, ascending."""
    row, member = evidence.row, evidence.member
    order = np.lexsort((evidence.member_strength, member, row))
    row, member = row[order], member[order]
    is_again = np.zeros(len(order), dtype=bool)
    is_again[1:] = (row[1:] == row[:-1]) & (member[1:] == member[:-1])
    ordered = replace(evidence, member=member, member_strength=evidence.member_strength[order])
    return ordered.without(is_again)
