"""Resolve identifiers and links of any size: DataFrames in, profiles and decisions out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from identity_resolution.graph import Graph, Screening, Status, integers
from identity_resolution.refusals import BY_STATUS
from identity_resolution.resolution import resolve
from identity_resolution.rules import Rules
from identity_spark.columns import apart_of, identifiers_of, links_of
from identity_spark.components import connected_components
from identity_spark.screening import screened

LINKS_PER_BUCKET = 200_000
"""About how many links one call of the pure function gets: enough to be fast, few enough to fit."""

Decider: TypeAlias = Callable[[pa.Table, pa.Table], pa.Table]

_ROWS = "first_id long, second_id long, component_id long, code int, is_link boolean"
_ROW_SCHEMA = pa.schema(
    [
        ("first_id", pa.int64()),
        ("second_id", pa.int64()),
        ("component_id", pa.int64()),
        ("code", pa.int32()),
        ("is_link", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class GraphFrames:
    """What is resolved; times in seconds, days since 1970.

    identifiers: identifier_id, namespace, scope, value, first_seen, arrival_day, born_at, strength,
    consent, is_blocked, is_shared (whether its log makes it one: changes of owners are counted
    where the log is). links: left_id, right_id, first_seen, last_seen, observation_count, strength,
    basis, statement. apart: number, identifier_id, side, the rows of `graph.Apart`; few enough for
    the memory of one worker.
    """

    identifiers: DataFrame
    links: DataFrame
    apart: DataFrame


@dataclass(frozen=True, slots=True)
class SparkResolution:
    """What was decided.

    identifiers: identifier_id, component_id, anchor_id, is_known, status, reason; links: left_id,
    right_id, decision. Codes are those of the enums in `identity_resolution.graph`.
    """

    identifiers: DataFrame
    links: DataFrame


def resolve_frames(graph: GraphFrames, rules: Rules) -> SparkResolution:
    """Divide identifiers into profiles, exactly as `identity_resolution.resolution.resolve` does.

    The frames are read several times: pass some that are stored or cached.
    """
    identifiers, links = graph.identifiers, graph.links
    known = screened(identifiers, links, rules).localCheckpoint(eager=True)
    active = known.where(sf.col("status") == int(Status.ACTIVE)).select("identifier_id")
    open_links = links.join(active.withColumnRenamed("identifier_id", "left_id"), "left_id").join(
        active.withColumnRenamed("identifier_id", "right_id"), "right_id"
    )
    roots = connected_components(open_links.select("left_id", "right_id"))
    placed = known.join(roots.withColumnRenamed("node", "identifier_id"), "identifier_id", "left")
    placed = placed.withColumn("root", sf.coalesce("root", "identifier_id"))
    buckets = max(1, links.count() // LINKS_PER_BUCKET)
    decide = _decider(rules, graph.apart.toArrow())
    rows = _decided(placed, open_links, decide, buckets).localCheckpoint(eager=True)
    return SparkResolution(_identifier_rows(rows, known), _link_rows(rows, links, known))


def _decided(placed: DataFrame, open_links: DataFrame, decide: Decider, buckets: int) -> DataFrame:
    """Run the pure function over buckets of whole components."""
    placed = placed.withColumn("bucket", sf.pmod(sf.xxhash64("root"), sf.lit(buckets)))
    left = sf.col("identifier_id").alias("left_id")
    where = placed.select(left, sf.col("bucket").alias("link_bucket"))
    grouped_links = open_links.join(where, "left_id").groupBy("link_bucket")
    return placed.groupBy("bucket").cogroup(grouped_links).applyInArrow(decide, _ROWS)


def _decider(rules: Rules, apart: pa.Table) -> Decider:
    document = rules.model_dump_json(by_alias=True)

    def decide(members: pa.Table, pairs: pa.Table) -> pa.Table:
        return decide_bucket(members, pairs, apart, Rules.model_validate_json(document))

    return decide


def decide_bucket(members: pa.Table, pairs: pa.Table, apart: pa.Table, rules: Rules) -> pa.Table:
    """Return the decisions about whole components: one row an identifier, one a link."""
    members = members.sort_by("identifier_id")
    identifier_id = integers(members["identifier_id"])
    graph = Graph(
        identifiers_of(members), links_of(pairs, identifier_id), apart_of(apart, identifier_id)
    )
    status, reason = (integers(members[name]).astype(np.int8) for name in ("status", "reason"))
    result = resolve(graph, rules, Screening(status, reason))
    of_identifiers = {
        "first_id": identifier_id,
        "second_id": identifier_id[result.anchor],
        "component_id": identifier_id[result.component],
        "code": result.is_known.astype(np.int32),
        "is_link": np.zeros(len(identifier_id), dtype=bool),
    }
    of_links = {
        "first_id": integers(pairs["left_id"]),
        "second_id": integers(pairs["right_id"]),
        "component_id": np.zeros(len(pairs), dtype=np.int64),
        "code": result.decision.astype(np.int32),
        "is_link": np.ones(len(pairs), dtype=bool),
    }
    parts = [pa.table(columns, _ROW_SCHEMA) for columns in (of_identifiers, of_links)]
    return pa.concat_tables(parts).combine_chunks()


def _identifier_rows(rows: DataFrame, known: DataFrame) -> DataFrame:
    decided = rows.where("not is_link").select(
        sf.col("first_id").alias("identifier_id"),
        "component_id",
        sf.col("second_id").alias("anchor_id"),
        (sf.col("code") == 1).alias("is_known"),
    )
    return decided.join(known.select("identifier_id", "status", "reason"), "identifier_id")


def _link_rows(rows: DataFrame, links: DataFrame, known: DataFrame) -> DataFrame:
    """Add the links that were never open: those of an identifier that may not link."""
    decided = rows.where("is_link").select(
        sf.col("first_id").alias("left_id"),
        sf.col("second_id").alias("right_id"),
        sf.col("code").alias("decision"),
    )
    inactive = known.where(sf.col("status") != int(Status.ACTIVE)).select("identifier_id", "status")
    closed = links.select("left_id", "right_id")
    for end in ("left_id", "right_id"):
        closed = closed.join(sf.broadcast(inactive.toDF(end, f"{end}_status")), end, "left")
    worst = sf.greatest(*(_severity(f"{end}_status") for end in ("left_id", "right_id")))
    refusals = sf.array(*(sf.lit(int(refusal)) for refusal in BY_STATUS))
    refused = closed.where(worst > 0).select(
        "left_id", "right_id", sf.element_at(refusals, worst).alias("decision")
    )
    return decided.unionByName(refused)


def _severity(status: str) -> Column:
    """Return the place of a status among those that refuse links, 1 the mildest, 0 for none."""
    places = {Status.SHARED: 1, Status.QUARANTINED: 2, Status.JUNK: 3}
    severity = sf.lit(0)
    for code, place in places.items():
        severity = sf.when(sf.col(status) == int(code), place).otherwise(severity)
    return severity
