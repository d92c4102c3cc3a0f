"""Who used a shareable identifier, and when: told by the accounts that were seen with it."""

from dataclasses import dataclass

import numpy as np

from identity_resolution.claims import Claims
from identity_resolution.graph import Columns, Identifiers, Integers, byte_order
from identity_resolution.links import Evidence, Kind, locate, pairs
from identity_resolution.rules import RuleTable


@dataclass(frozen=True, slots=True)
class Sightings(Columns):
    """One row an observation of a shareable identifier beside an account of one person."""

    identifier: Integers
    account: Integers
    at: Integers


def find_sightings(
    identifiers: Identifiers, evidence: Evidence, claims: Claims, table: RuleTable
) -> Sightings:
    """Return the sightings in `evidence` (a row a moment) that are not void."""
    found = pairs(evidence, evidence.kind != Kind.UNBIND)
    voids = claims.voids
    place = locate(voids.left, voids.right, found)
    if len(voids.left):
        found = found.take((place < 0) | (found.last_seen > voids.until[place]))
    namespace = identifiers.namespace_code
    one, other = found.both_ways()
    every = Sightings(one, other, np.tile(found.last_seen, 2))
    is_account, is_person = table.is_account[namespace], table.names_one_person[namespace]
    return every.take(~is_account[one] & is_person[other])


def owner_changes(identifiers: Identifiers, seen: Sightings) -> Integers:
    """Return how often each identifier changed hands: the most among accounts of any one kind.

    Accounts are compared within one (namespace, scope): a member and the openid of the same person
    take turns without anything changing hands. Within one second accounts go by their bytes.
    """
    changes = np.zeros(len(identifiers), dtype=np.int64)
    if not len(seen.at):
        return changes
    scope_count = len(identifiers.scope.dictionary)
    accounts, account = np.unique(seen.account, return_inverse=True)
    rank = byte_order(identifiers, accounts)[account]
    kind = identifiers.namespace_code * scope_count + identifiers.scope_code
    group = seen.identifier * (int(kind.max()) + 1) + kind[seen.account]
    order = np.lexsort((rank, seen.at, group))
    group, rank = group[order], rank[order]
    is_change = (group[1:] == group[:-1]) & (rank[1:] != rank[:-1])
    changed, count = np.unique(group[1:][is_change], return_counts=True)
    np.maximum.at(changes, changed // (int(kind.max()) + 1), count)
    return changes
