"""Resolve a graph: who is who, as a pure function of evidence and rules."""

from identity_resolution.anchors import choose_anchors, find_known
from identity_resolution.clustering import cluster
from identity_resolution.graph import Graph, Resolution, Screening
from identity_resolution.rules import Rules, tabulate
from identity_resolution.screening import screen


def resolve(graph: Graph, rules: Rules, screening: Screening | None = None) -> Resolution:
    """Return the profiles of `graph`, what became of each link, and which identifiers may link.

    screening: pass it when `graph` is a part of a larger one and does not hold all links of every
    identifier in it; otherwise it is found from the graph. A part gives the result of the whole
    when it holds every plain component it touches completely.

    The result does not depend on the order of rows: permuting them permutes the result.
    """
    table = tabulate(rules, graph.identifiers.namespaces)
    screening = screening or screen(graph, rules)
    clusters = cluster(graph, table, screening)
    anchor = choose_anchors(graph.identifiers, clusters.label, table)
    return Resolution(
        screening=screening,
        component=clusters.component,
        anchor=anchor,
        is_known=find_known(graph.identifiers, anchor, screening, table),
        is_contested=clusters.is_contested,
        decision=clusters.decision,
    )
