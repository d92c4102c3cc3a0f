"""Which identifiers a line of the sample shows together, and which of them are worth nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sample_data.brand import CORPORATION, OPEN_PLATFORM, ORIGINAL_ID
from sample_data.invented import PLACEHOLDER_PHONE, ZERO_UUID

Identifier: TypeAlias = tuple[str, str, str]
Record: TypeAlias = dict[str, Any]

JUNK_VALUES: Final = frozenset({"", "undefined", "null", "None", ZERO_UUID})
_APPID_OF: Final = {original: appid for appid, original in ORIGINAL_ID.items()}
_VENDOR: Final = {"ios": "idfv", "android": "android_id"}
_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789", " -()")


def phone_identifier(raw: str | None) -> Identifier:
    """Return the phone as +86 and eleven digits, or a value that is junk."""
    digits = (raw or "").translate(_DIGITS)
    digits = digits.removeprefix("+86").removeprefix("0086")
    if len(digits) > len(PLACEHOLDER_PHONE):
        digits = digits.removeprefix("86")
    return ("phone", "", "" if digits in {"", PLACEHOLDER_PHONE} else f"+86{digits}")


def _account(record: Record) -> list[Identifier]:
    return [
        ("openid", record.get("appid") or "", record.get("openid") or ""),
        ("unionid", OPEN_PLATFORM, (record.get("unionid") or "").strip()),
        ("member_id", "", record.get("member_id") or ""),
    ]


def _sensors(record: Record) -> list[Identifier]:
    if record["event"] == "$UnbindID":
        return []
    properties = record["properties"]
    appid = properties["$app_id"]
    found = []
    for key, value in record["identities"].items():
        if key.endswith("_openid"):
            found.append(("openid", key[13:-7], value))
        elif key == "$identity_mp_unionid":
            found.append(("unionid", OPEN_PLATFORM, value))
        elif key == "$identity_login_id":
            found.append(("member_id", "", value))
        elif key == "$identity_mp_id":
            found.append(("mp_storage_id", appid, value))
        elif key == "$identity_mobile":
            found.append(phone_identifier(value))
    return found


def _segment_app(record: Record) -> list[Identifier]:
    device = record["context"]["device"]
    return [
        ("member_id", "", record.get("userId") or ""),
        ("app_install_id", "", record["anonymousId"]),
        (_VENDOR[device["type"]], "", device["id"].lower()),
        ("advertising_id", "", (device.get("advertisingId") or "").lower()),
    ]


def _segment_web(record: Record) -> list[Identifier]:
    traits = record.get("traits") or {}
    return [
        ("member_id", "", record.get("userId") or ""),
        ("web_cookie", "", record["anonymousId"]),
        ("email", "", (traits.get("email") or "").lower()),
        phone_identifier(traits.get("phone")),
    ]


def _oauth(record: Record) -> list[Identifier]:
    if record["is_snapshotuser"]:
        return []
    return [*_account(record), ("web_cookie", "", record["cookie_id"])]


def _authorisation(record: Record) -> list[Identifier]:
    info = record["reply"]["phone_info"]
    return [
        ("openid", record["appid"], record["openid"]),
        phone_identifier(info["purePhoneNumber"]),
    ]


def _member(record: Record) -> list[Identifier]:
    return [
        *_account(record),
        phone_identifier(record["phone"]),
        ("email", "", (record["email"] or "").lower()),
    ]


def _with_phone(record: Record) -> list[Identifier]:
    return [*_account(record), phone_identifier(record["phone"])]


def _push(record: Record) -> list[Identifier]:
    return [("openid", _APPID_OF[record["ToUserName"]], record["FromUserName"])]


def _customer(corporation: str, contact: Record) -> list[Identifier]:
    return [
        ("external_userid", corporation, contact["external_userid"]),
        ("unionid", OPEN_PLATFORM, contact.get("unionid") or ""),
    ]


def _conversation(record: Record) -> list[Identifier]:
    return [*_account(record), ("external_userid", CORPORATION, record["external_userid"] or "")]


def _payer(record: Record) -> list[Identifier]:
    paid = record["decrypted"]
    return [("openid", paid["appid"], paid["payer"].get("openid", ""))]


_READERS: Final[dict[tuple[str, str], Callable[[Record], list[Identifier]]]] = {
    ("mini_program", "events"): _sensors,
    ("mini_program", "logins"): _account,
    ("mini_program", "phone_authorisations"): _authorisation,
    ("mini_program", "subscriptions"): _push,
    ("mini_program", "privacy"): lambda r: [("openid", r["AppID"], r["OpenID"])],
    ("official_account", "pushes"): _push,
    ("app", "events"): _segment_app,
    ("app", "logins"): lambda r: [*_account(r), ("app_install_id", "", r["install_id"])],
    ("web", "events"): _segment_web,
    ("web", "oauth_logins"): _oauth,
    ("commerce", "members"): _member,
    ("commerce", "orders"): _with_phone,
    ("commerce", "payments"): _payer,
    ("commerce", "consents"): _account,
    ("commerce", "contacts"): _with_phone,
    ("commerce", "coupons"): _account,
    ("commerce", "points"): _account,
    ("commerce", "tiers"): _account,
    ("commerce", "check_ins"): _account,
    ("commerce", "stored_value"): _account,
    ("commerce", "service_conversations"): _conversation,
    ("official_account", "wecom_pushes"): lambda r: [
        ("external_userid", r["ToUserName"], r["ExternalUserID"])
    ],
}


def observations(kind: tuple[str, str], record: Record) -> list[list[Identifier]]:
    """Return the groups of identifiers that a record shows together, without junk."""
    if kind == ("official_account", "followers"):
        appid = record["appid"]
        users = record["reply"]["user_info_list"]
        return [_clean(_account({"appid": appid, **user})) for user in users]
    if kind == ("official_account", "wecom_contacts"):
        pairs = record["reply"]["external_contact_list"]
        return [_clean(_customer(record["appid"], pair["external_contact"])) for pair in pairs]
    reader = _READERS.get(kind)
    return [_clean(reader(record))] if reader else []


def _clean(found: list[Identifier]) -> list[Identifier]:
    return [identifier for identifier in found if identifier[2] not in JUNK_VALUES]


@dataclass(slots=True)
class Sightings:
    """Every distinct group of identifiers that was seen together."""

    groups: set[tuple[Identifier, ...]] = field(default_factory=set)

    def see(self, kind: tuple[str, str], record: Record) -> None:
        """Remember what a record shows."""
        for group in observations(kind, record):
            if group:
                self.groups.add(tuple(group))

    def clear(self) -> None:
        """Forget everything, at the end of a chunk."""
        self.groups.clear()
