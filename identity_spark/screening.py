"""Which identifiers may link: counted as DataFrames, judged by the pure `judge`."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from identity_resolution.graph import flags, integers
from identity_resolution.rules import IdentifierClass, Rules
from identity_resolution.screening import MIN_OWNER_CHANGES, Measures, judge
from identity_spark.columns import identifiers_of

_SECONDS_PER_DAY = 86_400
_KINDS = "namespace string, is_shareable boolean, is_counted boolean, is_person boolean"
_MEASURES = ("degree", "accounts", "growth")


def screened(identifiers: DataFrame, links: DataFrame, rules: Rules) -> DataFrame:
    """Return `identifiers` with the columns status and reason (codes of the enums)."""
    measured = _measured(identifiers, links.where("observation_count > 0"), rules)
    schema = ", ".join(f"{name} {kind}" for name, kind in identifiers.dtypes)
    return measured.mapInArrow(_judge(rules), f"{schema}, status int, reason int")


def _judge(rules: Rules) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    document = rules.model_dump_json(by_alias=True)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = pa.Table.from_batches([batch])
            measures = Measures(*(integers(rows[name]) for name in _MEASURES))
            changes = np.where(flags(rows["is_shared"]), MIN_OWNER_CHANGES, 0)
            known = Rules.model_validate_json(document)
            verdict = judge(identifiers_of(rows), measures, known, changes)
            rows = rows.drop_columns(list(_MEASURES))
            for name in ("status", "reason"):
                codes = getattr(verdict, name).astype(np.int32)
                rows = rows.append_column(name, pa.array(codes))
            yield from rows.to_batches()

    return run


def _measured(identifiers: DataFrame, links: DataFrame, rules: Rules) -> DataFrame:
    """Add the `Measures` of each identifier."""
    session = identifiers.sparkSession
    names = [row[0] for row in identifiers.select("namespace").distinct().collect()]
    kinds = session.createDataFrame([_kind(name, rules) for name in names], _KINDS)
    named = identifiers.join(sf.broadcast(kinds), "namespace")
    day = sf.floor(sf.col("first_seen") / _SECONDS_PER_DAY).alias("day")
    there = links.select(
        sf.col("left_id").alias("identifier_id"), sf.col("right_id").alias("other"), day
    )
    back = links.select(
        sf.col("right_id").alias("identifier_id"), sf.col("left_id").alias("other"), day
    )
    ends = there.unionByName(back)
    account = sf.struct("namespace", "scope").alias("account")
    people = named.where("is_person").select(sf.col("identifier_id").alias("other"), account)
    counts = (
        ends.groupBy("identifier_id").agg(sf.count("*").alias("degree")),
        _largest(ends.join(people, "other"), "account").withColumnRenamed("most", "accounts"),
        _largest(ends, "day").withColumnRenamed("most", "growth"),
    )
    for count in counts:
        named = named.join(count, "identifier_id", "left")
    named = named.fillna(0, list(_MEASURES))
    return named.select(
        *identifiers.columns,
        "degree",
        sf.when(sf.col("is_counted"), sf.col("accounts")).otherwise(0).alias("accounts"),
        sf.when(sf.col("is_shareable"), sf.col("growth")).otherwise(0).alias("growth"),
    )


def _kind(namespace: str, rules: Rules) -> tuple[str, bool, bool, bool]:
    own = rules.of(namespace)
    is_account = own.identifier_class is IdentifierClass.ACCOUNT
    is_counted = not is_account or own.max_persons is not None
    return namespace, not is_account, is_counted, is_account and own.limit == 1


def _largest(ends: DataFrame, kind: str) -> DataFrame:
    """Return for each identifier how many rows its most frequent kind has."""
    count = ends.groupBy("identifier_id", kind).agg(sf.count("*").alias("most"))
    return count.groupBy("identifier_id").agg(sf.max("most").alias("most"))
