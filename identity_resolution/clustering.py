"""Two-phase clustering: plain components at once, the ordered pass only where a rule bites.

The result equals the ordered pass over every link. In a component in which no limit is exceeded
even by the whole, whose non-weak part hangs together by itself, and about which nobody stated
anything, the ordered pass would refuse nothing, so it need not be walked.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from identity_resolution.graph import (
    NO_STATEMENT,
    Codes,
    Decision,
    Flags,
    Graph,
    Identifiers,
    Integers,
    Links,
    Screening,
    byte_order,
)
from identity_resolution.ordered_pass import Constraints, order_of_trust, unite_in_order
from identity_resolution.refusals import BY_STATUS, refuse
from identity_resolution.rules import NO_LIMIT, RuleTable


@dataclass(frozen=True, slots=True)
class Clusters:
    """component and label of each identifier (equal labels are one profile), decision of each link.

    A component is named by its first position, an uncontested cluster likewise.
    """

    component: Integers
    label: Integers
    decision: Codes


def cluster(graph: Graph, table: RuleTable, screening: Screening) -> Clusters:
    """Divide the identifiers of `graph` into profiles."""
    constraints = _constraints(graph, table)
    decision = refuse(graph, table, screening)
    is_plain = ~np.isin(decision, BY_STATUS)
    size = len(graph.identifiers)
    component = components(size, graph.links.left[is_plain], graph.links.right[is_plain])
    open_rows = np.flatnonzero(decision == Decision.USED)
    links = graph.links.take(open_rows)
    whole = component
    if len(open_rows) < is_plain.sum():
        whole = components(size, links.left, links.right)
    label = whole.copy()
    contested = np.flatnonzero(_is_contested(whole, links, constraints)[whole[links.left]])
    if len(contested):
        rows, label_of_rows, walked = _walk(graph.identifiers, links.take(contested), constraints)
        label[rows] = label_of_rows
        decision[open_rows[contested]] = walked
    return Clusters(component=component, label=label, decision=decision)


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Return for each of `size` nodes the first node of its connected component."""
    edge = np.ones(len(left), dtype=np.int8)
    matrix = coo_array((edge, (left, right)), shape=(size, size))
    count, label = connected_components(matrix, directed=False)
    first = np.empty(count, dtype=np.int64)
    # Of several values for one element the last one stays, hence backwards.
    first[label[::-1]] = np.arange(size - 1, -1, -1)
    return first[label]


def _constraints(graph: Graph, table: RuleTable) -> Constraints:
    identifiers = graph.identifiers
    namespace = identifiers.namespace_code
    scope_count = max(len(identifiers.scope.dictionary), 1)
    scope = np.where(table.is_per_scope[namespace], identifiers.scope_code, 0)
    limit = table.limit[namespace]
    return Constraints(
        group=np.where(limit == NO_LIMIT, -1, namespace * scope_count + scope),
        limit=limit,
        window_seconds=table.window_seconds[namespace],
        first_seen=identifiers.first_seen,
        is_weak=table.is_weak[namespace],
        rank=table.rank[namespace],
        apart=graph.apart,
    )


def _is_contested(component: Integers, links: Links, rules: Constraints) -> Flags:
    """Flag (at its first position) each component in which a rule may bite."""
    is_contested = _is_limit_exceeded(component, rules)
    is_contested |= _is_bridged_by_weak(component, links, rules.is_weak)
    is_contested[component[links.left[links.statement != NO_STATEMENT]]] = True
    is_contested[component[rules.apart.identifier]] = True
    return is_contested


def _is_limit_exceeded(component: Integers, rules: Constraints) -> Flags:
    """Flag (at its first position) each component that holds too many of some group as a whole."""
    exceeded = np.zeros(len(component), dtype=bool)
    rows = np.flatnonzero(rules.group >= 0)
    order = np.lexsort((rules.first_seen[rows], rules.group[rows], component[rows]))
    rows = rows[order]
    # With limit n, the n-th row after a row is one too many if it is of the same group and window.
    other = np.arange(len(rows)) + rules.limit[rows]
    fits = other < len(rows)
    early, late = rows[fits], rows[other[fits]]
    is_too_many = (
        (component[early] == component[late])
        & (rules.group[early] == rules.group[late])
        & (rules.first_seen[late] - rules.first_seen[early] <= rules.window_seconds[early])
    )
    exceeded[component[early[is_too_many]]] = True
    return exceeded


def _is_bridged_by_weak(component: Integers, links: Links, is_weak: Flags) -> Flags:
    """Flag each component whose non-weak identifiers hang together only over weak ones."""
    is_solid_link = ~(is_weak[links.left] | is_weak[links.right])
    size = len(component)
    solid = components(size, links.left[is_solid_link], links.right[is_solid_link])
    is_first = (solid == np.arange(size)) & ~is_weak
    part_count: Integers = np.bincount(component[is_first], minlength=size)
    return part_count > 1


def _walk(
    identifiers: Identifiers, links: Links, rules: Constraints
) -> tuple[Integers, Integers, Codes]:
    """Run the ordered pass over `links`; return whom it concerns, their labels, the decisions."""
    rows, ends = np.unique(np.concatenate((links.left, links.right)), return_inverse=True)
    local = replace(links, left=ends[: len(links)], right=ends[len(links) :])
    local_rules = _part_of(rules, rows)
    order = order_of_trust(local, local_rules, byte_order(identifiers, rows))
    label, decision = unite_in_order(local, order, local_rules)
    return rows, rows[label], decision


def _part_of(rules: Constraints, rows: Integers) -> Constraints:
    """Return the constraints of the identifiers at `rows` (ascending), by their place in it."""
    apart = rules.apart.take(np.isin(rules.apart.identifier, rows))
    return Constraints(
        group=rules.group[rows],
        limit=rules.limit[rows],
        window_seconds=rules.window_seconds[rows],
        first_seen=rules.first_seen[rows],
        is_weak=rules.is_weak[rows],
        rank=rules.rank[rows],
        apart=replace(apart, identifier=np.searchsorted(rows, apart.identifier)),
    )
