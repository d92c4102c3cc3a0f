"""Why two identifiers share a profile, or why they do not."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from identifiers import Identifier
from identity_resolution.graph import Decision, Graph, Resolution


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
    """Explain the identifiers at positions `start` and `goal`."""
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
    ends = np.array([links.left[row], links.right[row]])
    left, right = graph.identifiers.take(ends).names()
    return Step(
        left=left,
        right=right,
        strength=int(links.strength[row]),
        first_seen=int(links.first_seen[row]),
        last_seen=int(links.last_seen[row]),
        observation_count=int(links.observation_count[row]),
        samples=tuple(sorted({int(links.first_sample[row]), int(links.last_sample[row])})),
        decision=Decision(resolution.decision[row]).name.lower(),
    )


def _shortest_chain(graph: Graph, resolution: Resolution, start: int, goal: int) -> list[int]:
    """Return the rows of the links that lead from `start` to `goal`."""
    links, size = graph.links, len(graph.identifiers)
    is_own = resolution.anchor[links.left] == resolution.anchor[start]
    rows = np.flatnonzero(is_own & (resolution.decision == Decision.USED))
    # Zero stands for "no link" there, so rows count from one.
    one_way = coo_array((rows + 1, (links.left[rows], links.right[rows])), (size, size))
    row_of = (one_way + one_way.T).tocsr()
    _, came_from = breadth_first_order(row_of, start, directed=False)
    chain = []
    while goal != start:
        before = int(came_from[goal])
        chain.append(int(row_of[before, goal]) - 1)
        goal = before
    return chain[::-1]
