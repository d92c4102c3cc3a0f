"""Where the engine reads from and writes to: a folder of Parquet files, or PostgreSQL over JDBC.

Parquet: `identifier`, `link` and `apart` are read, `resolution` and `decision` written, below one
folder. PostgreSQL: `identity.identifier`, `identity.link` and what is stated are read,
`identity.spark_identifier` and `identity.spark_link` replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self
from urllib.parse import unquote, urlsplit

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf

from identity_resolution.graph import Decision, Status, StatusReason
from identity_spark.engine import GraphFrames, SparkResolution
from settings import Settings
from warehouse.passwords import let_any_driver_log_in

ROLE = "c360_identity"
PARTITIONS = 8
FETCH_ROWS = 50_000

_IDENTIFIERS = """
select
    i.identifier_id, i.namespace, i.scope, i.value,
    extract(epoch from i.first_seen_at)::bigint as first_seen,
    (i.arrival_day - date '1970-01-01')::bigint as arrival_day,
    extract(epoch from i.born_at)::bigint as born_at,
    i.best_strength::bigint as strength,
    i.consent::int as consent,
    i.status = 'shared' as is_shared,
    i.identifier_id in (
        select u.named
        from identity.statement as s
        cross join lateral unnest(s.left_ids) as u (named)
        where s.kind = 'block' and s.withdrawn_at is null
    ) as is_blocked
from identity.identifier as i
where i.first_seen_at is not null
"""
_LINKS = """
select
    left_id, right_id,
    extract(epoch from first_seen_at)::bigint as first_seen,
    extract(epoch from last_seen_at)::bigint as last_seen,
    observation_count, strength::bigint as strength, basis::bigint as basis,
    statement_id as statement
from identity.link
"""
# Stewards count their statements from 1; pairs that a source unbound, and did not bind again later,
# get the numbers below zero.
_APART = """
select statement_id as number, u.named as identifier_id, -1::bigint as side
from identity.statement cross join lateral unnest(left_ids) as u (named)
where kind = 'different' and withdrawn_at is null
union all
select statement_id, u.named, 1::bigint
from identity.statement cross join lateral unnest(right_ids) as u (named)
where kind = 'different' and withdrawn_at is null
union all
select -dense_rank() over (order by p.one, p.other), e.named, e.side
from (
    select a.one, b.other
    from identity.observation as o
    inner join identity.identifier_set as s on o.identifier_set_id = s.identifier_set_id
    cross join lateral unnest(s.identifier_ids) as a (one)
    cross join lateral unnest(s.identifier_ids) as b (other)
    where o.observation_kind in ('unbind', 'bind') and a.one < b.other
    group by a.one, b.other
    having
        max(date_trunc('second', o.event_at)) filter (where o.observation_kind = 'unbind')
        >= coalesce(
            max(date_trunc('second', o.event_at)) filter (where o.observation_kind = 'bind'),
            '-infinity'
        )
) as p
cross join lateral (values (p.one, -1::bigint), (p.other, 1::bigint)) as e (named, side)
"""


@dataclass(frozen=True, slots=True)
class ParquetFolder:
    """A folder on any file system that Spark reaches."""

    path: str

    def read(self, session: SparkSession) -> GraphFrames:
        """Return the frames of the three folders."""
        names = ("identifier", "link", "apart")
        return GraphFrames(*(session.read.parquet(f"{self.path}/{name}") for name in names))

    def write(self, result: SparkResolution) -> None:
        """Replace the result; codes become names."""
        identifiers, links = named(result)
        identifiers.write.mode("overwrite").parquet(f"{self.path}/resolution")
        links.write.mode("overwrite").parquet(f"{self.path}/decision")


@dataclass(frozen=True, slots=True)
class Postgres:
    """The warehouse, given by its `postgresql://login:password@host:port/name`."""

    database_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the warehouse of a deployment, once its login is kept as the driver takes it."""
        let_any_driver_log_in(settings)
        return cls(settings.database_url)

    def read(self, session: SparkSession) -> GraphFrames:
        """Return what the newest run of identity resolution left, and what is stated."""
        return GraphFrames(
            self._query(session, _IDENTIFIERS, "identifier_id").persist(),
            self._query(session, _LINKS, "left_id").persist(),
            self._load(session, _APART, {}),
        )

    def write(self, result: SparkResolution) -> None:
        """Replace the result; codes become names."""
        tables = ("identity.spark_identifier", "identity.spark_link")
        for frame, table in zip(named(result), tables, strict=True):
            writer = frame.write.format("jdbc").mode("overwrite").options(**self._options())
            writer.option("dbtable", table).option("truncate", "true").save()

    def _query(self, session: SparkSession, query: str, key: str) -> DataFrame:
        bounds = f"select coalesce(min({key}), 0) as low, coalesce(max({key}), 0) as high"
        low, high = self._load(session, f"{bounds} from ({query}) as q", {}).collect()[0]
        split = {"partitionColumn": key, "numPartitions": str(PARTITIONS)}
        ends = {"lowerBound": str(low), "upperBound": str(high + 1)}
        return self._load(session, query, {**split, **ends})

    def _load(self, session: SparkSession, query: str, split: Mapping[str, str]) -> DataFrame:
        reader = session.read.format("jdbc").options(**self._options(), **split)
        return reader.option("dbtable", f"({query}) as input").load()

    def _options(self) -> dict[str, str]:
        address = urlsplit(self.database_url)
        return {
            "url": f"jdbc:postgresql://{address.hostname}:{address.port or 5432}{address.path}",
            "driver": "org.postgresql.Driver",
            "user": unquote(address.username or ""),
            "password": unquote(address.password or ""),
            "options": f"-c role={ROLE}",
            "fetchsize": str(FETCH_ROWS),
            "reWriteBatchedInserts": "true",
        }


def named(result: SparkResolution) -> tuple[DataFrame, DataFrame]:
    """Return both frames of a result with the names of its codes."""
    identifiers = result.identifiers.select(
        "identifier_id",
        "component_id",
        "anchor_id",
        "is_known",
        _name("status", Status).alias("status"),
        sf.nullif(_name("reason", StatusReason), sf.lit("none")).alias("reason"),
    )
    return identifiers, result.links.withColumn("decision", _name("decision", Decision))


def _name(column: str, enum: type[IntEnum]) -> Column:
    names = sf.array(*(sf.lit(code.name.lower()) for code in enum))
    return sf.element_at(names, sf.col(column) + 1)
