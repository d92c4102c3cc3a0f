"""Who acted: the one identifier of an observation that its facts belong to."""

import numpy as np

from identity_resolution.anchors import first_of_group
from identity_resolution.graph import Codes, Flags, Identifiers, Integers, Screening, Status
from identity_resolution.links import Evidence
from identity_resolution.rules import RuleTable

NOBODY = -1
"""The actor of a set of identifiers none of which can act."""

_TURN: Codes = np.zeros(len(Status), dtype=np.int8)
_TURN[[Status.ACTIVE, Status.SHARED, Status.QUARANTINED]] = (0, 1, 2)


def choose_actors(
    identifiers: Identifiers, evidence: Evidence, screening: Screening, table: RuleTable
) -> Integers:
    """Return the position of the actor of each set of `evidence`, or `NOBODY`.

    It is the active account id of smallest rank, else the shareable identifier: an active before a
    shared before a quarantined one, of these the one of smallest rank; of equals the first by
    bytes. What is junk never acts.
    """
    member = evidence.member
    is_account = table.is_account[identifiers.namespace_code[member]]
    status = screening.status[member]
    is_nobody = (status == Status.JUNK) | (status == Status.ERASED)
    can_act = np.where(is_account, status == Status.ACTIVE, ~is_nobody)
    turn = np.where(is_account, -1, _TURN[status]).astype(np.int64)
    return _choose(identifiers, evidence, (can_act, turn), table)


def choose_accounts(
    identifiers: Identifiers, evidence: Evidence, screening: Screening, table: RuleTable
) -> Integers:
    """Return the position of the account that acted in each set of `evidence`, or `NOBODY`."""
    member = evidence.member
    is_account = table.is_account[identifiers.namespace_code[member]]
    can_act = is_account & screening.is_active[member]
    return _choose(identifiers, evidence, (can_act, np.zeros(len(member), np.int64)), table)


def _choose(
    identifiers: Identifiers, evidence: Evidence, turns: tuple[Flags, Integers], table: RuleTable
) -> Integers:
    """Return of each set the member that can act and has the smallest turn and rank."""
    can_act, turn = turns
    group, member = evidence.row[can_act], evidence.member[can_act]
    rank = table.rank[identifiers.namespace_code[member]]
    sets, group = np.unique(group, return_inverse=True)
    actor = np.full(len(evidence), NOBODY, dtype=np.int64)
    chosen = first_of_group(identifiers, member, group, (turn[can_act], rank))
    actor[sets[group[chosen]]] = member[chosen]
    return actor
