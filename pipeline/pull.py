"""Pulls of WeChat's APIs, one account at a time on all machines of a deployment."""

import os
import time
from collections.abc import Mapping
from datetime import date
from itertools import chain

from ingestion.wechat.client import Clock
from ingestion.wechat.connect import Credentials, credentials_of, secret_variable
from ingestion.wechat.pull import PULLS, AccountPull, Deployment
from settings import Account, Settings, accounts
from warehouse.errors import Fatal
from warehouse.stage import hold_stage

__all__ = ["is_pulled", "pull", "pullable", "secret_variable"]

WAIT_SECONDS = 600


def pullable(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, list[str]]:
    """The accounts with credentials in the environment, by what is pulled of them."""
    found = {
        what: [a.appid for a in accounts(settings.config_dir) if is_pulled(a, what, environ)]
        for what in dict.fromkeys(chain.from_iterable(PULLS.values()))
    }
    return {what: appids for what, appids in found.items() if appids}


def is_pulled(account: Account, what: str, environ: Mapping[str, str]) -> bool:
    """Whether this is pulled of such an account, and its secret is there."""
    return what in PULLS.get(account.kind, ()) and credentials_of(account, environ) is not None


def pull(  # noqa: PLR0913 - three of them have a default
    settings: Settings,
    appid: str,
    what: str,
    *,
    day: date | None = None,
    is_again: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, int]:
    """One pull of one account; waits while another process pulls the same account.

    Raises:
        Retryable: WeChat or the database is away or busy; the next call goes on where it stopped.
        Fatal: the account has no secret here, or a person has to act.
    """
    clock = Clock(time.time, time.sleep)
    deployment = Deployment(settings.landing_dir, settings.state_dir, clock, environ)
    credentials = _credentials(settings, appid, environ)
    stage = f"pull:{appid}"
    with hold_stage(settings, stage, role="c360_ingest", wait_seconds=WAIT_SECONDS) as fence:
        counts = AccountPull(deployment, credentials, day, is_again).run(what)
        fence.counts.update(counts)
    return counts


def _credentials(settings: Settings, appid: str, environ: Mapping[str, str]) -> Credentials:
    for account in accounts(settings.config_dir):
        if account.appid == appid:
            found = credentials_of(account, environ)
            if found is None:
                raise Fatal(f"{appid}: set its AppSecret as {secret_variable(appid)}")
            return found
    raise Fatal(f"{appid} is no account of config/accounts.yml")
