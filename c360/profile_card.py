"""One customer as a card: who it is (masked), what they are like, what to offer and what not."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
from rich import box
from rich.columns import Columns
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from c360.labels import both, yuan
from identifiers.junk import JunkLists
from identifiers.namespaces import NAMESPACES
from identifiers.normalise import normalise_namespace
from settings import Settings
from warehouse.errors import Fatal
from warehouse.profile_lookup import Customer, Row, find_customer, read_customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
PROFILE_ID = re.compile(r"p_[A-Za-z0-9_-]+")
IDENTIFIER = re.compile(r"(?P<namespace>[a-z_]+)(@(?P<scope>[^:\s]+))?:(?P<value>.+)")
NO_JUNK = JunkLists(frozenset(), frozenset(), frozenset())
"""What was junk at loading is simply not there; a look-up has no opinion on it."""

REACHES = ("mp_subscribe", "official_account", "wecom", "sms", "email", "push")
PREFERENCES = ("channel", "device", "hour", "category", "promotion")


class Identifier(NamedTuple):
    """An identifier in normal form."""

    namespace: str
    scope: str
    value: str


def show_profile(settings: Settings, identifier: str, *, console: Console | None = None) -> None:
    """Print the card of a customer.

    `identifier` is a profile id, `namespace:value` or `namespace@scope:value`.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: the text is no identifier, or no customer has it; the message never repeats it.
    """
    (console or Console()).print(card(customer_of(settings, identifier)), highlight=False)


def profile_document(settings: Settings, identifier: str) -> dict[str, Any]:
    """The same as a document for machines; same errors."""
    return asdict(customer_of(settings, identifier))


def customer_of(settings: Settings, identifier: str) -> Customer:
    """The customer that an identifier leads to; same errors."""
    if PROFILE_ID.fullmatch(identifier):
        customer = read_customer(settings, identifier)
    else:
        customer = find_customer(settings, *parse_identifier(identifier))
    if customer is None:
        raise Fatal(
            "no published customer has this identifier; is its scope right, and is its data "
            "published? `c360 status` tells up to which day"
        )
    return customer


def parse_identifier(text: str) -> Identifier:
    """Read `namespace:value` or `namespace@scope:value` and bring the value to its normal form.

    Raises:
        Fatal: it is neither, its namespace needs a scope, or its value can be no identifier.
    """
    match = IDENTIFIER.fullmatch(text.strip())
    if match is None:
        raise Fatal("an identifier is a profile id, namespace:value or namespace@scope:value")
    namespace, scope = match["namespace"], match["scope"] or ""
    known = NAMESPACES.get(namespace)
    if known is None:
        raise Fatal(f"there is no such namespace; there are {', '.join(NAMESPACES)}")
    if known.scoped_by and not scope:
        raise Fatal(f"{namespace} means nothing without its {known.scoped_by}: {namespace}@…:value")
    value = normalise_namespace(namespace, pa.array([match["value"]]), NO_JUNK)[0].as_py()
    if value is None:
        raise Fatal(f"this value can be no {namespace}: it is malformed or a placeholder")
    return Identifier(namespace, scope, value)


def card(customer: Customer) -> Panel:
    """The whole card."""
    profile = customer.profile
    title = f"[bold]{profile['profile_id']}[/]  {both(profile['kind'])}"
    name = escape(profile["display_name_masked"] or "–")
    lines = [f"[bold]{name}[/]   {_span(profile)}"]
    if customer.asked_id != profile["profile_id"]:
        lines.append(f"[yellow]{escape(customer.asked_id)} is retired and leads here 已合并至此[/]")
    return Panel(
        Group(
            *lines,
            "",
            Columns([_identifiers(customer.identifiers), _contact(profile)], padding=(0, 4)),
            _portrait(customer),
            _offers(customer.offers),
            _suppressed(customer.suppressed),
        ),
        title=title,
        title_align="left",
        expand=False,
        padding=(1, 2),
    )


def _span(profile: Row) -> str:
    first, last = _day(profile["first_seen_at"]), _day(profile["last_seen_at"])
    return f"[dim]seen 出现[/] {first} → {last}"


def _identifiers(rows: Iterable[Row]) -> Table:
    table = _table("Identifiers 标识", "namespace", "scope", "value", "last seen")
    for row in rows:
        last = _day(row["last_seen_at"])
        table.add_row(row["namespace"], escape(row["scope"]), escape(row["masked_value"]), last)
    return table


def _contact(profile: Row) -> Table:
    grid = _pairs("Contact 触达")
    reached = [both(name) for name in REACHES if profile[f"reach_{name}"]]
    grid.add_row("reachable by 可触达", ", ".join(reached) or "–")
    grid.add_row("marketing consent 营销同意", _yes(profile["consent_marketing"]))
    grid.add_row("personalisation off 关闭个性化", _yes(profile["personalisation_opt_out"]))
    grid.add_row("minor 未成年", _yes(profile["is_minor"]))
    grid.add_row("last contact 最近触达", _day(profile["last_contact_at"]))
    grid.add_row(
        "contacts 7 / 30 d 触达次数", f"{profile['contacts_7d']} / {profile['contacts_30d']}"
    )
    return grid


def _portrait(customer: Customer) -> Table | str:
    portrait = customer.portrait
    if portrait is None:
        return "\n[dim]No portrait: anonymous visitors and children have none. 无画像[/]"
    left, right = _pairs("Portrait 画像"), _pairs("Preferences 偏好")
    left.add_row("lifecycle 生命周期", both(portrait["life_stage"]))
    left.add_row("visits 访问阶段", both(portrait["life_visit_stage"] or "–"))
    left.add_row(
        "segment 客群", f"{both(portrait['rfm_segment'])} · {portrait['rfm_class'] or '–'}"
    )
    left.add_row(
        "value 价值", f"{portrait['value_tier']} · {yuan(portrait['value_net_365d_fen'])} / 365 d"
    )
    left.add_row(
        "orders 订单",
        f"{portrait['life_order_count']} · last {_day(portrait['life_last_order_at'])}",
    )
    left.add_row("next order due 预计复购", _day(portrait["life_next_due_date"]))
    left.add_row("tier, points 等级与积分", _loyalty(customer.profile))
    for name in PREFERENCES:
        share = portrait[f"pref_{name}_share"]
        number = "" if share is None else f" {share:.0%}"
        right.add_row(name, f"{both(str(portrait[f'pref_{name}']))}{number}")
    grid = Table.grid(padding=(1, 4))
    grid.add_row(left, right)
    return grid


def _loyalty(profile: Row) -> str:
    points = profile["points_balance"]
    return f"{profile['member_tier'] or '–'} · {'–' if points is None else f'{points:,}'}"


def _offers(rows: Iterable[Row]) -> Table:
    table = _table(
        "Next best offers 最优推荐", "#", "offer", "channel", "chance", "expected", "why"
    )
    for row in rows:
        table.add_row(
            str(row["rank"]),
            escape(f"{row['name_en'] or row['offer_id']} {row['name_zh'] or ''}"),
            both(row["channel"]),
            f"{row['p_convert']:.1%}",
            yuan(float(row["expected_value_fen"])),
            escape(f"{row['reason_en']} {row['reason_zh']}"),
        )
    return table


def _suppressed(rows: Iterable[Row]) -> Table:
    """Offers held back, each reason with the offers it holds back."""
    table = _table("Held back 未推荐", "stage", "why", "offers")
    offers: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        why = f"{row['reason_en']} {row['reason_zh']}"
        offers.setdefault((row["stage"], why), []).append(row["offer_id"])
    for (stage, why), offer_ids in offers.items():
        table.add_row(stage, escape(why), escape(", ".join(offer_ids)))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column in columns:
        table.add_column(
            column, justify="right" if column in {"#", "chance", "expected"} else "left"
        )
    return table


def _pairs(title: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        show_header=False,
        pad_edge=False,
    )
    table.add_column(style="dim")
    table.add_column()
    return table


def _day(moment: datetime | date | None) -> str:
    """The calendar day in Asia/Shanghai."""
    if moment is None:
        return "–"
    if isinstance(moment, datetime):
        moment = moment.astimezone(SHANGHAI)
    return f"{moment:%Y-%m-%d}"


def _yes(answer: bool | None) -> str:  # noqa: FBT001 - it is the value to show
    return {True: "yes 是", False: "no 否", None: "unknown 未知"}[answer]
