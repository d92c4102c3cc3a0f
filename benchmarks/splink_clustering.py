"""Splink's clustering of a Parquet file of links: prints processor and wall seconds as JSON.

Runs in an environment of its own (`splink_requirements.txt`); started by `benchmarks.identity`.
"""

import json
import logging
import resource
import sys
import time

import duckdb
import pyarrow.parquet as pq
from splink import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold


def main() -> None:
    """Cluster the links at the path given."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    links = pq.read_table(sys.argv[1], columns=["value_l", "value_r", "match_probability"])
    links = links.rename_columns(["unique_id_l", "unique_id_r", "match_probability"])
    wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    with duckdb.connect() as conn:
        conn.register("links", links)
        nodes = conn.sql(
            "select unique_id_l as unique_id from links union select unique_id_r from links"
        ).to_arrow_table()
        found = cluster_pairwise_predictions_at_threshold(
            nodes,
            links,
            DuckDBAPI(connection=conn),
            node_id_column_name="unique_id",
            edge_id_column_name_left="unique_id_l",
            edge_id_column_name_right="unique_id_r",
            threshold_match_probability=0.5,
        )
        table = found.as_duckdbpyrelation().to_arrow_table()
    after = resource.getrusage(resource.RUSAGE_SELF)
    used_seconds = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    figures = {
        "wall": time.perf_counter() - wall,
        "cpu": used_seconds,
        "gb": after.ru_maxrss / 1e6,
        "clusters": len(table["cluster_id"].unique()),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
