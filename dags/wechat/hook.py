"""WeChat for Airflow: an account's secret, from a connection or the environment, and its pulls."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class WeChatHook(BaseHook):
    """One account.

    Its AppSecret is the password of the connection `wechat_<appid>`, if there is one, else
    `C360_WECHAT_SECRET_<APPID>`.
    """

    conn_name_attr = "wechat_conn_id"
    default_conn_name = "wechat_default"
    conn_type = "wechat"
    hook_name = "WeChat"

    def __init__(self, appid: str) -> None:
        super().__init__()
        self.appid = appid

    def get_conn(self) -> Mapping[str, str]:
        """The environment in which the account's pulls find their secret."""
        from pipeline.pull import secret_variable

        try:
            connection = self.get_connection(f"wechat_{self.appid}")
        except AirflowNotFoundException:
            return os.environ
        return {**os.environ, secret_variable(self.appid): connection.password or ""}

    def pull(self, what: str, day: date | None = None) -> dict[str, int]:
        """Counts of one pull; see `pipeline.pull.pull`."""
        from pipeline.pull import pull

        return pull(load_settings(), self.appid, what, day=day, environ=self.get_conn())
