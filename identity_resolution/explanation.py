"""Why two identifiers share a profile, or why they do not."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from identity_resolution.graph import Decision, Graph, Identifiers, Resolution

Identifier = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One link: its two ends, its evidence (seconds, raw record references), what became of it."""

    left: Identifier
    right: Identifier
    strength: int
    first_seen: int
    last_seen: int
    observation_count: int
    samples: tuple[int, ...]
    decision: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Either a chain or refusals; the other is None.

    chain: for one profile, the shortest way from one identifier to the other over used links.
    refusals: for two profiles, the links between them and the rules that refused them.
    """

    chain: tuple[Step, ...] | None
    refusals: tuple[Step, ...] | None


def explain(graph: Graph, resolution: Resolution, start: int, goal: int) -> Explanation:
    """Explain the identifiers at positions `start` and `goal`.

    Of several shortest chains the one is taken whose links come first in `graph`.
    """
    if resolution.anchor[start] == resolution.anchor[goal]:
        chain = _shortest_chain(graph, resolution, start, goal)
        return Explanation(tuple(step(graph, resolution, row) for row in chain), None)
    sides = {int(resolution.anchor[start]), int(resolution.anchor[goal])}
    left = resolution.anchor[graph.links.left]
    right = resolution.anchor[graph.links.right]
    is_between = (left != right) & np.isin(left, list(sides)) & np.isin(right, list(sides))
    refused = np.flatnonzero(is_between).tolist()
    return Explanation(None, tuple(step(graph, resolution, row) for row in refused))


def explain_alone(graph: Graph, resolution: Resolution, row: int) -> tuple[Step, ...]:
    """Return every link of one identifier, used or refused, the newest first."""
    links = graph.links
    own = np.flatnonzero((links.left == row) | (links.right == row))
    newest = own[np.argsort(-links.last_seen[own], kind="stable")]
    return tuple(step(graph, resolution, link) for link in newest.tolist())


def step(graph: Graph, resolution: Resolution, row: int) -> Step:
    """Return the link at position `row` in words."""
    links = graph.links
    return Step(
        left=name(graph.identifiers, int(links.left[row])),
        right=name(graph.identifiers, int(links.right[row])),
        strength=int(links.strength[row]),
        first_seen=int(links.first_seen[row]),
        last_seen=int(links.last_seen[row]),
        observation_count=int(links.observation_count[row]),
        samples=tuple(sorted({int(links.first_sample[row]), int(links.last_sample[row])})),
        decision=Decision(resolution.decision[row]).name.lower(),
    )


def name(identifiers: Identifiers, row: int) -> Identifier:
    """Return (namespace, scope, value) of the identifier at position `row`."""
    columns = (identifiers.namespace, identifiers.scope, identifiers.value)
    namespace, scope, value = (str(column[row].as_py()) for column in columns)
    return namespace, scope, value


def _shortest_chain(graph: Graph, resolution: Resolution, start: int, goal: int) -> list[int]:
    """Search breadth first from `start`; return the rows of the links walked."""
    neighbours = _neighbours(graph, resolution, start)
    reached_over: dict[int, tuple[int, int]] = {start: (start, -1)}
    queue = deque([start])
    while queue and goal not in reached_over:
        here = queue.popleft()
        for row, there in neighbours.get(here, ()):
            if there not in reached_over:
                reached_over[there] = here, row
                queue.append(there)
    chain = []
    while goal != start:
        goal, row = reached_over[goal]
        chain.append(row)
    return chain[::-1]


def _neighbours(
    graph: Graph, resolution: Resolution, start: int
) -> dict[int, list[tuple[int, int]]]:
    links = graph.links
    is_own = resolution.anchor[links.left] == resolution.anchor[start]
    is_own &= resolution.decision == Decision.USED
    neighbours: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(is_own).tolist():
        left, right = int(links.left[row]), int(links.right[row])
        neighbours.setdefault(left, []).append((row, right))
        neighbours.setdefault(right, []).append((row, left))
    return neighbours
