"""Operators over the WeChat hook."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from dags.wechat.hook import WeChatHook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context


class WeChatPullOperator(BaseOperator):
    """Pulls one thing of one account into the landing zone; returns counts, never data.

    Args:
        appid: an account of `config/accounts.yml`.
        what: `followers`, `tags`, `statistics` or `contacts`.
        day: the day whose statistics are wanted, as ISO 8601; empty for yesterday.
    """

    template_fields: Sequence[str] = ("appid", "day")

    def __init__(self, *, appid: str, what: str, day: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - Airflow's
        super().__init__(**kwargs)
        self.appid = appid
        self.what = what
        self.day = day

    def execute(self, context: Context) -> dict[str, int]:
        """Runs the pull."""
        del context
        day = date.fromisoformat(self.day) if self.day else None
        return WeChatHook(self.appid).pull(self.what, day)
