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
    Apart,
    Codes,
    Decision,
    Flags,
    Graph,
    Integers,
    Screening,
    byte_order,
)
from identity_resolution.ordered_pass import Constraints, order_of_trust, unite_in_order
from identity_resolution.refusals import BY_STATUS, refuse
from identity_resolution.rules import NO_LIMIT, RuleTable


@dataclass(frozen=True, slots=True)
class Clusters:
    """component and label of each identifier (equal labels are one profile), decision of each link.

    A component is named by its first position, an uncontested cluster likewise. is_contested: of
    each identifier, see `Resolution`.
    """

    component: Integers
    label: Integers
    is_contested: Flags
    decision: Codes


def cluster(graph: Graph, table: RuleTable, screening: Screening) -> Clusters:
    """Divide the identifiers of `graph` into profiles."""
    constraints = _constraints(graph, table)
    decision = refuse(graph, table, screening)
    is_plain = ~np.isin(decision, BY_STATUS)
    size = len(graph.identifiers)
    open_rows = np.flatnonzero(decision == Decision.USED)
    left, right = graph.links.left[open_rows], graph.links.right[open_rows]
    whole, is_contested = _components_bridged(left, right, constraints.is_weak)
    more = graph.links.take(np.flatnonzero(is_plain & (decision != Decision.USED)))
    component = components(size, whole[more.left], whole[more.right])[whole] if len(more) else whole
    is_contested |= _is_limit_exceeded(whole, constraints)
    is_contested[whole[left[graph.links.statement[open_rows] != NO_STATEMENT]]] = True
    is_contested[_with_both_sides(whole, graph.apart)] = True
    label = whole.copy()
    contested = open_rows[is_contested[whole[left]]]
    if len(contested):
        rows, label_of_rows, decision[contested] = _walk(graph, contested, constraints)
        label[rows] = label_of_rows
    return Clusters(component, label, is_contested[whole], decision)


def _with_both_sides(component: Integers, apart: Apart) -> Integers:
    """Return the components that hold both sides of a statement that keeps apart."""
    said = np.column_stack((component[apart.identifier], apart.number, apart.side))
    sides = np.unique(said, axis=0)
    return np.asarray(sides[1:][(sides[1:, :2] == sides[:-1, :2]).all(axis=1), 0])


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Return for each of `size` nodes the first node of its connected component."""
    edge = np.ones(len(left), dtype=np.int8)
    # Half the width is half the memory to walk; positions beyond it would not fit into memory.
    ends = left.astype(np.int32), right.astype(np.int32)
    matrix = coo_array((edge, ends), shape=(size, size))
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
    )


def _components_bridged(left: Integers, right: Integers, is_weak: Flags) -> tuple[Integers, Flags]:
    """Return the component of each identifier, and flag (at its first position) the bridged ones.

    Bridged is a component whose non-weak identifiers hang together only over weak ones.
    """
    size = len(is_weak)
    is_weak_link = is_weak[left] | is_weak[right]
    solid = components(size, left[~is_weak_link], right[~is_weak_link])
    weak_ends = solid[left[is_weak_link]], solid[right[is_weak_link]]
    component = components(size, *weak_ends)[solid]
    is_first = (solid == np.arange(size)) & ~is_weak
    part_count: Integers = np.bincount(component[is_first], minlength=size)
    return component, part_count > 1


def _is_limit_exceeded(component: Integers, rules: Constraints) -> Flags:
    """Flag (at its first position) each component that holds too many of some group as a whole."""
    exceeded = np.zeros(len(component), dtype=bool)
    rows = np.flatnonzero(rules.group >= 0)
    groups = max(int(rules.group.max(initial=0)) + 1, 1)
    limit = np.zeros(groups, dtype=np.int64)
    limit[rules.group[rows]] = rules.limit[rows]
    key = component[rows] * groups + rules.group[rows]
    held = np.sort(key)
    # With limit n, the n-th row after a row is one too many if it is of the same group ...
    row, other = _pairs_at(limit[held % groups])
    rows = rows[np.isin(key, held[row][held[row] == held[other]])]
    rows = rows[np.lexsort((rules.first_seen[rows], rules.group[rows], component[rows]))]
    # ... and within the same window. Few components get this far.
    early, late = (rows[place] for place in _pairs_at(rules.limit[rows]))
    is_too_many = (
        (component[early] == component[late])
        & (rules.group[early] == rules.group[late])
        & (rules.first_seen[late] - rules.first_seen[early] <= rules.window_seconds[early])
    )
    exceeded[component[early[is_too_many]]] = True
    return exceeded


def _pairs_at(distance: Integers) -> tuple[Integers, Integers]:
    """Return each row that has another one so many rows after it, and that one."""
    row = np.flatnonzero(distance < len(distance) - np.arange(len(distance)))
    return row, row + distance[row]


def _walk(
    graph: Graph, contested: Integers, constraints: Constraints
) -> tuple[Integers, Integers, Codes]:
    """Run the ordered pass over some links; return their ends, the ends' labels, the decisions."""
    links, apart = graph.links.take(contested), graph.apart
    rows, ends = np.unique(np.concatenate((links.left, links.right)), return_inverse=True)
    links = replace(links, left=ends[: len(links)], right=ends[len(links) :])
    apart = apart.take(np.isin(apart.identifier, rows))
    apart = replace(apart, identifier=np.searchsorted(rows, apart.identifier))
    rules = constraints.take(rows)
    order = order_of_trust(links, rules, byte_order(graph.identifiers, rows))
    label, decision = unite_in_order(links, order, rules, apart)
    return rows, rows[label], decision
