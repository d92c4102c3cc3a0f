"""Resolve with Spark: `python -m identity_spark SOURCE [--rules FILE] [--master local[2]]`.

SOURCE is a folder of Parquet files (any address that Spark knows), or `postgresql` for the
warehouse of this deployment. The result goes to where the input came from. With spark-submit the
cluster comes from its own options: leave --master out.
"""

import argparse
import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from identity_spark.engine import resolve_frames
from identity_spark.tables import ParquetFolder, Postgres
from identity_store import deployed_rules
from identity_store.rule_file import load_rules
from settings import Settings, load_settings

MEMORY = "4g"


def start_session(settings: Settings, master: str | None, memory: str = MEMORY) -> SparkSession:
    """Return a session whose workers run this very Python and that knows PostgreSQL's driver.

    With a `master` of this machine everything runs in one Java process of `memory`; Spark's own
    1 GB ends between 5 and 20 million links. On a cluster spark-submit says what there is.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("customer360 identity")
    if master:
        builder = builder.master(master).config("spark.driver.memory", memory)
    if settings.postgres_jdbc_jar.is_file():
        builder = builder.config("spark.jars", str(settings.postgres_jdbc_jar))
    return builder.getOrCreate()


def main(arguments: list[str] | None = None) -> None:
    """Read, resolve, write."""
    parser = argparse.ArgumentParser(prog="identity_spark", description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--master")
    parser.add_argument("--memory", default=MEMORY, help="of Java, where --master is this machine")
    given = parser.parse_args(arguments)
    settings = load_settings()
    rules = load_rules(given.rules) if given.rules else deployed_rules(settings)
    is_warehouse = given.source == "postgresql"
    place = Postgres.of(settings) if is_warehouse else ParquetFolder(given.source)
    session = start_session(settings, given.master, given.memory)
    place.write(resolve_frames(place.read(session), rules))
    session.stop()


if __name__ == "__main__":
    main()
