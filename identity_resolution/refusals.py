"""Links that are refused for what their two ends are, before any profile is built."""

import numpy as np

from identity_resolution.graph import (
    NO_STATEMENT,
    Codes,
    Consent,
    Decision,
    Flags,
    Graph,
    Integers,
    Screening,
    Status,
)
from identity_resolution.rules import Basis, RuleTable

_DECISION_OF = {
    Status.SHARED: Decision.SHARED,
    Status.QUARANTINED: Decision.QUARANTINED,
    Status.JUNK: Decision.JUNK,
}
BY_STATUS = tuple(_DECISION_OF.values())
"""Refusals for which a link is no part of any component."""


def refuse(graph: Graph, table: RuleTable, screening: Screening) -> Codes:
    """Return the decision on each link as far as its ends tell; `USED` means not refused yet.

    The worse status of two ends is told first, then a functional conflict, then a missing basis.
    The last two do not concern links that a statement forces.
    """
    links = graph.links
    decision = np.full(len(links), Decision.USED, dtype=np.int8)
    is_stated = links.statement != NO_STATEMENT
    decision[_is_without_basis(graph, table) & ~is_stated] = Decision.NO_BASIS
    decision[_is_in_conflict(graph, table, screening) & ~is_stated] = Decision.FUNCTIONAL_CONFLICT
    ends = screening.status[links.left], screening.status[links.right]
    for status, refusal in _DECISION_OF.items():
        decision[(ends[0] == status) | (ends[1] == status)] = refusal
    return decision


def _is_in_conflict(graph: Graph, table: RuleTable, screening: Screening) -> Flags:
    """Flag the links of whoever determines one value and was seen with two of one scope."""
    identifiers, links = graph.identifiers, graph.links
    scope_count = max(len(identifiers.scope.dictionary), 1)
    one, other = links.both_ways()
    is_concerned = table.functional[_kinds(graph, one)] == _kinds(graph, other)
    is_seen = np.tile(links.observation_count > 0, 2)
    is_counted = is_concerned & is_seen & screening.is_active[other]
    key = one[is_counted] * scope_count + identifiers.scope_code[other[is_counted]]
    seen, count = np.unique(key, return_counts=True)
    is_torn = np.zeros(len(identifiers), dtype=bool)
    is_torn[seen[count > 1] // scope_count] = True
    forth, back = np.split(is_concerned & is_torn[one], 2)
    return np.asarray(forth | back)


def _is_without_basis(graph: Graph, table: RuleTable) -> Flags:
    """Flag links between different accounts that no contract and no granted consent supports.

    An openid or external_userid and the unionid that it determines are one account.
    """
    identifiers, links = graph.identifiers, graph.links
    if not links.basis.any():
        return np.zeros(len(links), dtype=bool)
    one, other = _kinds(graph, links.left), _kinds(graph, links.right)
    is_one_account = (table.functional[one] == other) | (table.functional[other] == one)
    is_between = table.is_account[one] & table.is_account[other] & ~is_one_account
    said = identifiers.consent[links.left], identifiers.consent[links.right]
    is_granted = np.minimum(*said) != Consent.REFUSED
    is_granted &= (np.maximum(*said) == Consent.GRANTED) | table.is_consent_assumed
    has_basis = (links.basis == Basis.CONTRACT) | ((links.basis == Basis.CONSENT) & is_granted)
    return np.asarray(is_between & ~has_basis)


def _kinds(graph: Graph, ends: Integers) -> Integers:
    return graph.identifiers.namespace_code[ends]
