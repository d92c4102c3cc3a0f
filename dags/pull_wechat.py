"""# pull_wechat: what WeChat's APIs tell, as landing files.

Every morning, when yesterday's figures are complete, for each account of `config/accounts.yml`
whose AppSecret is known (`C360_WECHAT_SECRET_<APPID>`, or the password of the connection
`wechat_<appid>`): follower lists with details, tags, aggregates, WeCom customers. The raw replies
land under `mini_program/analytics` and `official_account/{followers, follower_ids, tags,
statistics, wecom_contacts}`; the ingest DAGs load them the next night. Without a secret all pulls
end as *skipped*. What has landed today is not pulled again, and a pull that broke off goes on.

| you see | do |
|---|---|
| `up for retry` | nothing: WeChat is busy or not ready; tried again after 40 minutes |
| failed: *quota is used up* | clear the task tomorrow, or raise the quota in the console |
| failed: *IP allow list*, *permission*, *AppSecret* | mend it in the console, clear the task |
| a warning *figures are lost* | portraits cannot be pulled later; see why the DAG did not run |

**A past day's aggregates**: trigger with `{"day": "2026-10-01"}`, or `c360 pull statistics`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag, task

from dags.conventions import SERIAL, at
from dags.wechat.operators import WeChatPullOperator
from settings import load_settings

PULLS = ("followers", "tags", "statistics", "contacts")
RETRY_DELAY = timedelta(minutes=40)


@dag(
    schedule=at("20 9 * * *"),
    params={"day": Param("", type="string", description="a past day; empty: yesterday")},
    tags=["customer360", "pull", "wechat"],
    doc_md=__doc__,
    **{**SERIAL, "default_args": {**SERIAL["default_args"], "retry_delay": RETRY_DELAY}},
)
def pull_wechat() -> None:
    """One mapped task for each thing that is pulled, one instance for each account."""

    @task
    def list_accounts(what: str) -> list[str]:
        from dags.wechat.accounts import with_secrets

        return with_secrets(load_settings(), what)

    for what in PULLS:
        WeChatPullOperator.partial(
            task_id=f"pull_{what}", what=what, day="{{ params.day }}"
        ).expand(appid=list_accounts.override(task_id=f"list_{what}")(what))


pull_wechat()
