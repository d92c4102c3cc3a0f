"""Which identifiers may link at all.

Judged from the links alone, never from profiles: counted over profiles, the number of persons
behind an identifier would depend on its own answer. The verdict on an identifier depends on its own
links and on nothing else, so a part of a graph that holds all of them gives the same verdict.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity_resolution.graph import (
    Flags,
    Graph,
    Identifiers,
    Integers,
    Links,
    Screening,
    Status,
    StatusReason,
    flags,
)
from identity_resolution.rules import NO_LIMIT, Rules, RuleTable, tabulate


def screen(graph: Graph, rules: Rules) -> Screening:
    """Return the status of every identifier of `graph`, and the reason where it may not link."""
    identifiers, links = graph.identifiers, graph.links
    table = tabulate(rules, identifiers.namespaces)
    namespace = identifiers.namespace_code
    reason = np.full(len(identifiers), StatusReason.NONE, dtype=np.int8)
    reason[persons(graph, table) > table.max_persons[namespace]] = StatusReason.MAX_PERSONS
    reason[degree(links, len(identifiers)) > table.max_degree[namespace]] = StatusReason.MAX_DEGREE
    reason[_is_listed_junk(identifiers, rules)] = StatusReason.JUNK_LIST
    status = np.full(len(identifiers), Status.QUARANTINED, dtype=np.int8)
    status[reason == StatusReason.NONE] = Status.ACTIVE
    status[reason == StatusReason.JUNK_LIST] = Status.JUNK
    return Screening(status=status, reason=reason)


def degree(links: Links, identifier_count: int) -> Integers:
    """Return how many other identifiers each identifier was seen with."""
    ends = np.concatenate((links.left, links.right))
    return np.bincount(ends, minlength=identifier_count).astype(np.int64)


def persons(graph: Graph, table: RuleTable) -> Integers:
    """Return how many persons stand behind each identifier.

    That is the largest number of distinct values of any one (namespace, scope) of which a person
    has at most one, among the identifiers it was seen with. Zero where no rule asks for it.
    """
    identifiers, links = graph.identifiers, graph.links
    namespace = identifiers.namespace_code
    scope_count = len(identifiers.scope.dictionary)
    is_counted = table.max_persons[namespace] != NO_LIMIT
    is_person = table.names_one_person[namespace]
    forth = is_counted[links.left] & is_person[links.right]
    back = is_counted[links.right] & is_person[links.left]
    counted = np.concatenate((links.left[forth], links.right[back]))
    person = np.concatenate((links.right[forth], links.left[back]))
    kind = namespace[person] * scope_count + identifiers.scope_code[person]
    kind_count = max(len(identifiers.namespaces) * scope_count, 1)
    seen, count = np.unique(counted * kind_count + kind, return_counts=True)
    most = np.zeros(len(identifiers), dtype=np.int64)
    np.maximum.at(most, seen // kind_count, count)
    return most


def _is_listed_junk(identifiers: Identifiers, rules: Rules) -> Flags:
    is_junk = np.zeros(len(identifiers), dtype=bool)
    for code, name in enumerate(identifiers.namespaces):
        listed = rules.of(name).junk
        if listed:
            values = pa.array(listed, type=identifiers.value.type)
            is_listed = pc.is_in(identifiers.value, value_set=values)
            is_junk |= flags(is_listed) & (identifiers.namespace_code == code)
    return is_junk
