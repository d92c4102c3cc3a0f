"""Who acted: the one identifier of an observation that its facts belong to."""

import numpy as np

from identity_resolution.anchors import first_of_group
from identity_resolution.graph import Identifiers, Integers, Screening
from identity_resolution.links import Evidence
from identity_resolution.rules import RuleTable

NOBODY = -1
"""The actor of a set of identifiers none of which is active."""


def choose_actors(
    identifiers: Identifiers, evidence: Evidence, screening: Screening, table: RuleTable
) -> Integers:
    """Return the position of the actor of each set of `evidence`, or `NOBODY`.

    It is the active account id of smallest rank, else the active shareable identifier of smallest
    rank; of equals the first by bytes.
    """
    group = np.repeat(np.arange(len(evidence)), np.diff(evidence.offset))
    is_active = screening.is_active[evidence.member]
    group, member = group[is_active], evidence.member[is_active]
    namespace = identifiers.namespace_code[member]
    is_shareable = (~table.is_account[namespace]).astype(np.int64)
    sets, group = np.unique(group, return_inverse=True)
    actor = np.full(len(evidence), NOBODY, dtype=np.int64)
    chosen = first_of_group(identifiers, member, group, (is_shareable, table.rank[namespace]))
    actor[sets[group[chosen]]] = member[chosen]
    return actor
