"""The nightly upkeep: partitions for what is coming, retention, statistics, a look at freshness."""

from datetime import date, timedelta

from ingestion.contract import all_contracts
from ingestion.contract_places import contract_dirs
from pipeline.sources import loaded_sources
from pipeline.transform import run_dbt
from settings import Settings
from warehouse.errors import Fatal
from warehouse.freshness import source_freshness
from warehouse.upkeep import ensure_months, expire_kind, vacuum_tables

DAYS_AHEAD = 31


def ensure_partitions(settings: Settings, today: date) -> dict[str, int]:
    """Make the partitions of this and the next month, so that no load has to."""
    days = [today, today + timedelta(days=DAYS_AHEAD)]
    return {"months": ensure_months(settings, loaded_sources(settings), days)}


def expire_raw(settings: Settings, today: date) -> dict[str, int]:
    """Remove raw rows older than their contract's `retention_days`; the ledger counts them.

    Returns:
        Rows removed by kind, kinds without any left out.
    """
    expired: dict[str, int] = {}
    for contract in all_contracts(*contract_dirs(settings.config_dir)):
        before = today - timedelta(days=contract.retention_days)
        rows = expire_kind(settings, contract.source, contract.kind, before)
        if rows:
            expired[f"{contract.source}/{contract.kind}"] = rows
    return expired


def vacuum(settings: Settings) -> dict[str, int]:
    """Give dead rows' space back and refresh statistics of every table that is ours."""
    return {"tables": vacuum_tables(settings)}


def check_freshness(settings: Settings) -> dict[str, int]:
    """Ask dbt whether its sources are as fresh as the project says they must be.

    Returns:
        Sources by outcome: `pass`, or `warn` when one is late; nothing before the first load.

    Raises:
        Fatal: one is stale.
    """
    if not source_freshness(settings):
        return {}
    try:
        return dict(run_dbt(settings, ["source", "freshness"]).counts)
    except Fatal as error:
        raise Fatal("nothing was loaded for days: `c360 status` shows which source") from error
