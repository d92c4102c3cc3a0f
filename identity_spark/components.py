"""Connected components of a DataFrame of edges by contraction.

Each partition first contracts its own edges with the function that one machine uses, which leaves
a forest. Then large-star and small-star steps alternate (Kiveris et al., 2014) until every node
points to the smallest node of its component: few rounds in practice, each with two shuffles.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.window import Window

from identity_resolution.clustering import components
from identity_resolution.graph import integers

_EDGE = "node long, root long"
MAX_ROUNDS = 50


class NotConvergedError(RuntimeError):
    """The contraction did not end within `MAX_ROUNDS`, which no graph of this world needs."""


def connected_components(edges: DataFrame) -> DataFrame:
    """Return (node, root) for each node of `edges` (left_id, right_id): root is the smallest node.

    Nodes without an edge do not occur.
    """
    forest = edges.select(
        sf.greatest("left_id", "right_id").alias("node"),
        sf.least("left_id", "right_id").alias("root"),
    )
    stars = _kept(forest.mapInArrow(_contract, _EDGE))
    seen = _signature(stars)
    for _ in range(MAX_ROUNDS):
        stars = _kept(_small_star(_large_star(stars)).mapInArrow(_contract, _EDGE))
        now = _signature(stars)
        if now == seen:
            return _with_roots(stars)
        seen = now
    raise NotConvergedError(f"no components after {MAX_ROUNDS} rounds")


def _contract(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Replace the edges of one partition by one edge a node to the smallest node it reaches."""
    table = pa.Table.from_batches(
        list(batches), pa.schema([("node", pa.int64()), ("root", pa.int64())])
    )
    ends = np.concatenate((integers(table["node"]), integers(table["root"])))
    nodes, place = np.unique(ends, return_inverse=True)
    root = components(len(nodes), place[: len(table)], place[len(table) :])
    is_inner = root != np.arange(len(nodes))
    columns = {"node": nodes[is_inner], "root": nodes[root[is_inner]]}
    yield from pa.table(columns).to_batches()


def _large_star(stars: DataFrame) -> DataFrame:
    """Connect every larger neighbour of a node to the smallest of its neighbourhood."""
    turned = stars.select(sf.col("root").alias("node"), sf.col("node").alias("root"))
    both = stars.unionByName(turned)
    smallest = sf.least(sf.min("root").over(Window.partitionBy("node")), sf.col("node"))
    return _distinct(both.withColumn("smallest", smallest), sf.col("root") > sf.col("node"))


def _small_star(stars: DataFrame) -> DataFrame:
    """Connect every smaller neighbour of a node, and the node, to the smallest of them."""
    smallest = sf.min("root").over(Window.partitionBy("node"))
    with_smallest = stars.withColumn("smallest", smallest)
    own = with_smallest.select("node", sf.col("smallest").alias("root"))
    return (
        _distinct(with_smallest, sf.col("root") != sf.col("smallest")).unionByName(own).distinct()
    )


def _distinct(edges: DataFrame, condition: Column) -> DataFrame:
    chosen = edges.where(condition)
    return chosen.select(sf.col("root").alias("node"), sf.col("smallest").alias("root")).distinct()


def _kept(frame: DataFrame) -> DataFrame:
    """Compute the frame once and cut its history, which would grow with every round."""
    return frame.localCheckpoint(eager=True)


def _signature(stars: DataFrame) -> tuple[int, int]:
    """Return what only an unchanged set of edges has again."""
    row = stars.agg(
        sf.count("*"),
        sf.coalesce(sf.sum(sf.xxhash64("node", "root").cast("decimal(38,0)")), sf.lit(0)),
    ).first()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _with_roots(stars: DataFrame) -> DataFrame:
    roots = stars.select(sf.col("root").alias("node"), "root").distinct()
    return stars.unionByName(roots)
