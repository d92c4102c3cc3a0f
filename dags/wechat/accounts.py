"""Which accounts can be pulled here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dags.wechat.hook import WeChatHook
from pipeline.pull import is_pulled
from settings import accounts

if TYPE_CHECKING:
    from settings import Settings


def with_secrets(settings: Settings, what: str) -> list[str]:
    """The appids of which something is pulled and whose secret a connection or variable holds."""
    return [
        account.appid
        for account in accounts(settings.config_dir)
        if is_pulled(account, what, WeChatHook(account.appid).get_conn())
    ]
