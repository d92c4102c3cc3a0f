"""# maintenance: keep the warehouse small and quick.

Every night after the day's chain: makes the coming month's partitions, removes raw rows that are
older than their contract keeps them (the ledger counts them as *expired*), refreshes table
statistics, and asks dbt whether the sources are fresh. Identities, facts and marts are not touched.

| you see | do |
|---|---|
| `expire_raw` removed more than usual | look whether a contract's `retention_days` changed |
| `check_freshness` failed | nothing was loaded for days: see `c360 status` |
| any task failed | read its message, repair, clear the task; nothing else waits for this DAG |

Safe at any time and as often as you like.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import chain, dag, task

from dags.conventions import SERIAL, at
from settings import load_settings


@dag(
    schedule=at("30 4 * * *"),
    tags=["customer360", "maintenance"],
    doc_md=__doc__,
    **SERIAL,
)
def maintenance() -> None:
    """Partitions, retention, statistics, freshness."""

    @task
    def ensure_partitions() -> dict[str, int]:
        from pipeline import maintenance

        return maintenance.ensure_partitions(load_settings(), datetime.now(UTC).date())

    @task
    def expire_raw() -> dict[str, int]:
        from pipeline import maintenance

        return maintenance.expire_raw(load_settings(), datetime.now(UTC).date())

    @task
    def vacuum() -> dict[str, int]:
        from pipeline import maintenance

        return maintenance.vacuum(load_settings())

    @task
    def check_freshness() -> dict[str, int]:
        from pipeline import maintenance

        return maintenance.check_freshness(load_settings())

    chain(ensure_partitions(), expire_raw(), vacuum())
    check_freshness()


maintenance()
