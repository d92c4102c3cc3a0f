"""What a profile is called: the birth id of its anchor.

The anchor of a profile is its smallest identifier by class, arrival day, event time at birth, rank,
and bytes. All of these are fixed when an identifier is first resolved, so a profile changes its id
only when its members change, and then only towards a smaller anchor.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from identity_resolution.graph import Flags, Identifiers, Integers, Screening, byte_order
from identity_resolution.rules import RuleTable

CONTACT_NAMESPACES = frozenset({"phone", "email"})
"""A customer who proved to hold one of these is known even without an account."""

_VERIFIED = 1


class AnchorClass(IntEnum):
    """The first key of the order of anchors: a member before other accounts before the rest."""

    MEMBER = 0
    ACCOUNT = 1
    SHAREABLE = 2


def choose_anchors(identifiers: Identifiers, label: Integers, table: RuleTable) -> Integers:
    """Return for each identifier the position of the anchor of its profile (equal `label`)."""
    namespace = identifiers.namespace_code
    is_account, rank = table.is_account[namespace], table.rank[namespace]
    anchor_class = np.full(len(identifiers), int(AnchorClass.SHAREABLE), dtype=np.int64)
    anchor_class[is_account] = AnchorClass.ACCOUNT
    anchor_class[is_account & (rank == 1)] = AnchorClass.MEMBER
    keys = (anchor_class, identifiers.arrival_day, identifiers.born_at, rank)
    anchor = np.empty(len(identifiers), dtype=np.int64)
    first = first_of_group(identifiers, np.arange(len(identifiers)), label, keys)
    anchor[label[first]] = first
    return anchor[label]


def first_of_group(
    identifiers: Identifiers, rows: Integers, group: Integers, keys: Sequence[Integers]
) -> Integers:
    """Return, for each group that occurs, which of the candidates has the smallest keys.

    rows: the identifier of each candidate; group and every key have one element a candidate, group
    counts from 0. Candidates with equal keys are told apart by their identifiers' bytes. The result
    counts candidates, in no particular order of groups.
    """
    candidate = np.arange(len(rows))
    best = np.empty(int(group.max(initial=-1)) + 1, dtype=np.int64)
    for key in keys:
        best.fill(np.iinfo(np.int64).max)
        np.minimum.at(best, group[candidate], key[candidate])
        candidate = candidate[key[candidate] == best[group[candidate]]]
    is_tied = np.bincount(group[candidate])[group[candidate]] > 1
    tied = candidate[is_tied]
    tied = tied[np.lexsort((byte_order(identifiers, rows[tied]), group[tied]))]
    is_first = np.ones(len(tied), dtype=bool)
    is_first[1:] = group[tied][1:] != group[tied][:-1]
    return np.concatenate((candidate[~is_tied], tied[is_first]))


def find_known(
    identifiers: Identifiers, anchor: Integers, screening: Screening, table: RuleTable
) -> Flags:
    """Flag each identifier whose profile is a known person.

    That is a profile with an active account id, or with a phone or e-mail that its holder proved.
    """
    namespace = identifiers.namespace_code
    is_contact = np.array([n in CONTACT_NAMESPACES for n in identifiers.namespaces], bool)
    is_proof = table.is_account[namespace]
    is_proof |= is_contact[namespace] & (identifiers.strength == _VERIFIED)
    is_known = np.zeros(len(anchor), dtype=bool)
    is_known[anchor[is_proof & screening.is_active]] = True
    return is_known[anchor]
