"""Why a customer gets this offer now, and why not another."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from c360.labels import both
from c360.profile_card import SHANGHAI, customer_of
from settings import Settings


def offer_document(settings: Settings, identifier: str) -> dict[str, Any]:
    """What may be sent and what not, for machines.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: the text is no identifier, or no customer has it; the message never repeats it.
    """
    customer = customer_of(settings, identifier)
    return {
        "profile_id": customer.profile["profile_id"],
        "offers": [dict(row) for row in customer.offers],
        "suppressed": [dict(row) for row in customer.suppressed],
    }


def show_offers(settings: Settings, identifier: str, *, console: Console) -> None:
    """Print the same for people, in both languages; same errors."""
    document = offer_document(settings, identifier)
    console.print(f"[bold]{document['profile_id']}[/]", highlight=False)
    chosen = Table(
        "rank", "offer", "by", "chance", "value ¥", "why 原因", title="May be sent 可发送"
    )
    for row in document["offers"]:
        chance, value = row["p_convert"], row["expected_value_fen"]
        chosen.add_row(
            str(row["rank"]),
            escape(f"{row['offer_id']} {row['name_zh'] or ''}"),
            both(row["channel"]),
            "–" if chance is None else f"{chance:.1%}",
            "–" if value is None else f"{value / 100:,.2f}",
            escape(f"{row['reason_zh']} {row['reason_en']}"),
        )
    held = Table("offer", "at", "why not 原因", "until", title="Not now 暂不发送")
    for row in document["suppressed"]:
        until = row["valid_to"].astimezone(SHANGHAI)
        held.add_row(
            row["offer_id"],
            row["stage"],
            escape(f"{row['reason_zh']} {row['reason_en']}"),
            f"{until:%Y-%m-%d %H:%M}",
        )
    console.print(chosen, held)
