"""Resolve identifiers and links of any size: DataFrames in, profiles and decisions out."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from identity_resolution.graph import (
    NO_STATEMENT,
    Codes,
    Decision,
    Graph,
    Identifiers,
    Integers,
    Links,
    Screening,
    Status,
    integers,
)
from identity_resolution.resolution import resolve
from identity_resolution.rules import Rules
from identity_spark.components import connected_components
from identity_spark.screening import screened

LINKS_PER_BUCKET = 200_000
"""About how many links one call of the pure function gets: enough to be fast, few enough to fit."""

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
class SparkResolution:
    """What was decided.

    identifiers: identifier_id, component_id, anchor_id, is_known, status, reason; links: left_id,
    right_id, decision. Codes are those of the enums in `identity_resolution.graph`.
    """

    identifiers: DataFrame
    links: DataFrame


def resolve_frames(identifiers: DataFrame, links: DataFrame, rules: Rules) -> SparkResolution:
    """Divide identifiers into profiles, exactly as `identity_resolution.resolution.resolve` does.

    identifiers: identifier_id, namespace, scope, value, first_seen, arrival_day, born_at, strength.
    links: left_id, right_id, first_seen, last_seen, observation_count, strength. Times in seconds,
    days since 1970. Both are read several times: pass frames that are stored or cached.
    """
    known = screened(identifiers, links, rules).localCheckpoint(eager=True)
    active = known.where(sf.col("status") == int(Status.ACTIVE)).select("identifier_id")
    open_links = links.join(active.withColumnRenamed("identifier_id", "left_id"), "left_id").join(
        active.withColumnRenamed("identifier_id", "right_id"), "right_id"
    )
    roots = connected_components(open_links.select("left_id", "right_id"))
    placed = known.join(roots.withColumnRenamed("node", "identifier_id"), "identifier_id", "left")
    placed = placed.withColumn("root", sf.coalesce("root", "identifier_id"))
    buckets = max(1, links.count() // LINKS_PER_BUCKET)
    rows = _decide(placed, open_links, rules, buckets).localCheckpoint(eager=True)
    return SparkResolution(_identifier_rows(rows, known), _link_rows(rows, links, known))


def _decide(placed: DataFrame, open_links: DataFrame, rules: Rules, buckets: int) -> DataFrame:
    """Run the pure function over buckets of whole components."""
    placed = placed.withColumn("bucket", sf.pmod(sf.xxhash64("root"), sf.lit(buckets)))
    left = sf.col("identifier_id").alias("left_id")
    where = placed.select(left, sf.col("bucket").alias("link_bucket"))
    grouped_links = open_links.join(where, "left_id").groupBy("link_bucket")
    document = rules.model_dump_json(by_alias=True)

    def decide(members: pa.Table, pairs: pa.Table) -> pa.Table:
        return decide_bucket(members, pairs, Rules.model_validate_json(document))

    return placed.groupBy("bucket").cogroup(grouped_links).applyInArrow(decide, _ROWS)


def decide_bucket(members: pa.Table, pairs: pa.Table, rules: Rules) -> pa.Table:
    """Return the decisions about whole components: one row an identifier, one a link."""
    members = members.sort_by("identifier_id").combine_chunks()
    identifier_id = integers(members["identifier_id"])
    graph = Graph(_identifiers(members), _links(pairs, identifier_id))
    screening = Screening(_codes(members["status"]), _codes(members["reason"]))
    result = resolve(graph, rules, screening)
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


def _identifiers(members: pa.Table) -> Identifiers:
    columns = {name: members[name].combine_chunks() for name in ("namespace", "scope", "value")}
    return Identifiers(
        namespace=columns["namespace"].dictionary_encode(),
        scope=columns["scope"].dictionary_encode(),
        value=columns["value"],
        first_seen=integers(members["first_seen"]),
        arrival_day=integers(members["arrival_day"]),
        born_at=integers(members["born_at"]),
        strength=integers(members["strength"]),
        consent=np.zeros(len(members), dtype=np.int8),
        is_blocked=np.zeros(len(members), dtype=bool),
    )


def _links(pairs: pa.Table, identifier_id: Integers) -> Links:
    """Return the links by position; what no decision asks for is left at zero."""
    zero = np.zeros(len(pairs), dtype=np.int64)
    columns = {field.name: zero for field in fields(Links)}
    for name in ("first_seen", "last_seen", "observation_count", "strength"):
        columns[name] = integers(pairs[name])
    columns["statement"] = np.full(len(pairs), NO_STATEMENT, dtype=np.int64)
    columns["left"] = np.searchsorted(identifier_id, integers(pairs["left_id"]))
    columns["right"] = np.searchsorted(identifier_id, integers(pairs["right_id"]))
    return Links(**columns)


def _codes(column: pa.ChunkedArray) -> Codes:
    result: npt.NDArray[np.int8] = integers(column).astype(np.int8)
    return result


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
    left = inactive.toDF("left_id", "left_status")
    right = inactive.toDF("right_id", "right_status")
    closed = (
        links.select("left_id", "right_id")
        .join(sf.broadcast(left), "left_id", "left")
        .join(sf.broadcast(right), "right_id", "left")
        .where("left_status is not null or right_status is not null")
    )
    is_junk = (sf.coalesce("left_status", sf.lit(-1)) == int(Status.JUNK)) | (
        sf.coalesce("right_status", sf.lit(-1)) == int(Status.JUNK)
    )
    refusal = sf.when(is_junk, int(Decision.JUNK)).otherwise(int(Decision.QUARANTINED))
    return decided.unionByName(closed.select("left_id", "right_id", refusal.alias("decision")))
