"""The namespaces the channels use, and how the values of each are normalised."""

from dataclasses import dataclass
from typing import Literal

Normaliser = Literal["phone_cn", "email", "device", "text"]


@dataclass(frozen=True)
class Namespace:
    """One kind of identifier.

    `scoped_by` says what the scope of its values is; an unscoped value is unique by itself.
    `is_account` namespaces name an account of one person, all others can be shared.
    """

    name: str
    normaliser: Normaliser
    is_account: bool = False
    scoped_by: Literal["appid", "open_platform", "corporation"] | None = None


NAMESPACES: dict[str, Namespace] = {
    namespace.name: namespace
    for namespace in (
        Namespace("member_id", "text", is_account=True),
        Namespace("unionid", "text", is_account=True, scoped_by="open_platform"),
        Namespace("openid", "text", is_account=True, scoped_by="appid"),
        Namespace("external_userid", "text", is_account=True, scoped_by="corporation"),
        Namespace("pending_id", "text", scoped_by="corporation"),
        Namespace("phone", "phone_cn"),
        Namespace("email", "email"),
        Namespace("mp_storage_id", "device", scoped_by="appid"),
        Namespace("app_install_id", "device"),
        Namespace("idfv", "device"),
        Namespace("android_id", "device"),
        Namespace("advertising_id", "device"),
        Namespace("web_cookie", "device"),
        Namespace("crm_record", "text"),
    )
}

ACCOUNT_NAMESPACES = frozenset(name for name, n in NAMESPACES.items() if n.is_account)
