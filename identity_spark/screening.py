"""Which identifiers may link, as DataFrame aggregates: the verdicts of the pure `screen`."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from identity_resolution.graph import Status, StatusReason
from identity_resolution.rules import IdentifierClass, NamespaceRules, Rules

_RULE_COLUMNS = "namespace string, max_persons long, max_degree long, is_person boolean"


def screened(identifiers: DataFrame, links: DataFrame, rules: Rules) -> DataFrame:
    """Return `identifiers` with the columns status and reason (codes of the enums)."""
    session = identifiers.sparkSession
    names = [row[0] for row in identifiers.select("namespace").distinct().collect()]
    bounds = session.createDataFrame([_bounds(n, rules.of(n)) for n in names], _RULE_COLUMNS)
    named = identifiers.join(sf.broadcast(bounds), "namespace")
    junk = _junk(session, names, rules)
    judged = (
        named.join(_counts(named, links), "identifier_id", "left")
        .join(sf.broadcast(junk), ["namespace", "value"], "left")
        .fillna(0, ["degree", "persons"])
    )
    reason = (
        sf.when(sf.col("is_junk"), int(StatusReason.JUNK_LIST))
        .when(sf.col("degree") > sf.col("max_degree"), int(StatusReason.MAX_DEGREE))
        .when(sf.col("persons") > sf.col("max_persons"), int(StatusReason.MAX_PERSONS))
        .otherwise(int(StatusReason.NONE))
    )
    status = (
        sf.when(sf.col("reason") == int(StatusReason.NONE), int(Status.ACTIVE))
        .when(sf.col("reason") == int(StatusReason.JUNK_LIST), int(Status.JUNK))
        .otherwise(int(Status.QUARANTINED))
    )
    columns = [*identifiers.columns, "status", "reason"]
    return judged.withColumn("reason", reason).withColumn("status", status).select(columns)


def _bounds(namespace: str, own: NamespaceRules) -> tuple[str, int | None, int | None, bool]:
    is_person = own.identifier_class is IdentifierClass.ACCOUNT and own.limit == 1
    return namespace, own.max_persons, own.max_degree, is_person


def _junk(session: SparkSession, names: list[str], rules: Rules) -> DataFrame:
    listed = [(name, value, True) for name in names for value in rules.of(name).junk]
    return session.createDataFrame(listed, "namespace string, value string, is_junk boolean")


def _counts(named: DataFrame, links: DataFrame) -> DataFrame:
    """Return with how many others each identifier was seen, and how many persons are behind it."""
    there = links.select(
        sf.col("left_id").alias("identifier_id"), sf.col("right_id").alias("other")
    )
    back = links.select(sf.col("right_id").alias("identifier_id"), sf.col("left_id").alias("other"))
    person = named.where("is_person").select(
        sf.col("identifier_id").alias("other"),
        sf.struct("namespace", "scope").alias("account_kind"),
    )
    by_kind = (
        there.unionByName(back)
        .join(person, "other", "left")
        .groupBy("identifier_id", "account_kind")
        .agg(sf.count("*").alias("seen"))
    )
    persons = sf.max(sf.when(sf.col("account_kind").isNotNull(), sf.col("seen")))
    return by_kind.groupBy("identifier_id").agg(
        sf.sum("seen").alias("degree"), persons.alias("persons")
    )
