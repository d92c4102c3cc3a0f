"""Which accounts may push, and where a push of an account lands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingestion.receiver.signature import decode_key
from settings import Account, ConfigError

PRIVACY_EVENTS = frozenset(
    {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
)
SUBSCRIPTION_EVENTS = frozenset(
    {"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"}
)
_OFFICIAL_KINDS = frozenset({"service_account", "subscription_account"})


@dataclass(frozen=True)
class PushAccount:
    """An account whose pushes are taken: with a key only in AES mode, without one as plain text."""

    appid: str
    kind: str
    token: str = field(repr=False)
    key: bytes | None = field(repr=False)


def push_accounts(
    accounts: Iterable[Account], environ: Mapping[str, str]
) -> dict[str, PushAccount]:
    """The accounts with a token in the environment, by appid.

    `C360_PUSH_TOKEN_<APPID>` and `C360_PUSH_KEY_<APPID>` (the EncodingAESKey), the appid in
    capital letters.

    Raises:
        ConfigError: a key is none, or stands there without its token.
    """
    found = {}
    for account in accounts:
        suffix = account.appid.upper()
        token = environ.get(f"C360_PUSH_TOKEN_{suffix}", "")
        key_text = environ.get(f"C360_PUSH_KEY_{suffix}", "")
        if key_text and not token:
            raise ConfigError(f"C360_PUSH_KEY_{suffix} needs C360_PUSH_TOKEN_{suffix} beside it")
        if token:
            key = _key(f"C360_PUSH_KEY_{suffix}", key_text)
            found[account.appid] = PushAccount(account.appid, account.kind, token, key)
    return found


def place_of(account: PushAccount, event: str) -> str:
    """`<source>/<kind>` of an account's push."""
    if account.kind == "wecom":
        return "official_account/wecom_pushes"
    if account.kind in _OFFICIAL_KINDS:
        return "official_account/pushes"
    if event in PRIVACY_EVENTS:
        return "mini_program/privacy"
    if event in SUBSCRIPTION_EVENTS:
        return "mini_program/subscriptions"
    return "mini_program/pushes"


def _key(variable: str, text: str) -> bytes | None:
    if not text:
        return None
    try:
        return decode_key(text)
    except ValueError as error:
        raise ConfigError(f"{variable}: {error}") from None
