"""The same file into the same server by dlt: typed columns, the body as JSON, each event once.

    DLT_URL=postgresql://... python benchmarks/dlt_peer/load.py PATH

Its fastest path to PostgreSQL: Arrow tables, which dlt does not normalise again, written as CSV and
loaded by COPY, then merged by primary key. Workers as many as there are cores; more gain nothing.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ |= {
    "EXTRACT__WORKERS": "2",
    "NORMALIZE__WORKERS": "2",
    "LOAD__WORKERS": "2",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
}

import dlt
import pyarrow as pa

ROWS_PER_TABLE = 20_000
PROPERTIES = {
    "scene": "$scene", "page_path": "$url_path", "page_title": "$title", "referrer": "$referrer",
    "product_id": "product_id", "category": "category", "price": "price", "quantity": "quantity",
    "order_id": "order_id", "coupon_code": "coupon_code", "search_keyword": "keyword",
    "device_model": "$model", "os": "$os", "os_version": "$os_version",
    "app_version": "$app_version", "network_type": "$network_type", "utm_source": "$utm_source",
    "utm_medium": "$utm_medium", "utm_campaign": "$utm_campaign",
}  # fmt: skip
SCHEMA = pa.schema(
    [
        ("track_id", pa.int64()),
        ("event_at", pa.timestamp("us", tz="UTC")),
        ("event_name", pa.string()),
        ("distinct_id", pa.string()),
        ("account_id", pa.string()),
        *[(name, {"price": pa.float64(), "quantity": pa.int32()}.get(name, pa.string()))
          for name in PROPERTIES],
        ("body", pa.string()),
    ]
)  # fmt: skip


def rows_of(line: str) -> dict[str, object]:
    """The typed columns and the body of one event."""
    event = json.loads(line)
    properties = event["properties"]
    return {
        "track_id": event["_track_id"],
        "event_at": datetime.fromtimestamp(event["time"] / 1000, UTC),
        "event_name": event["event"],
        "distinct_id": event["distinct_id"],
        "account_id": properties["$app_id"],
        "body": line,
        **{name: properties.get(key) for name, key in PROPERTIES.items()},
    }


@dlt.resource(  # type: ignore[untyped-decorator]
    name="event",
    write_disposition={"disposition": "merge", "strategy": "upsert"},
    primary_key="track_id",
    columns={"body": {"data_type": "json"}},
)
def events(path: str) -> Iterator[pa.Table]:
    """The file as Arrow tables."""
    some = []
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            some.append(rows_of(line.rstrip("\n")))
            if len(some) == ROWS_PER_TABLE:
                yield pa.Table.from_pylist(some, SCHEMA)
                some = []
    if some:
        yield pa.Table.from_pylist(some, SCHEMA)


def main() -> None:
    """Loads the file and prints rows and seconds."""
    started = time.perf_counter()
    pipeline = dlt.pipeline(
        pipeline_name=f"peer_{os.getpid()}",
        destination=dlt.destinations.postgres(os.environ["DLT_URL"]),
        dataset_name=f"dlt_{os.getpid()}",
        pipelines_dir=os.environ["DLT_PLACE"],
    )
    pipeline.run(events(sys.argv[1]), loader_file_format="csv").raise_on_failed_jobs()
    with pipeline.sql_client() as client:
        ((count,),) = client.execute_sql("select count(*) from event")
    sys.stdout.write(json.dumps({"rows": count, "seconds": time.perf_counter() - started}) + "\n")


if __name__ == "__main__":
    main()
