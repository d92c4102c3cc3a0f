"""Which landing days an ingest run takes. Pure: the clock comes in as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.errors import Fatal

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Window:
    """Landing days, both ends included. Loads are recorded as arrived on the last of them."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.last_day < self.first_day:
            raise Fatal(f"the window ends on {self.last_day}, before it begins: {self.first_day}")


def resolve_window(params: Mapping[str, Any], interval_start: datetime | None) -> Window:
    """The window of a DAG run.

    `first_day` and `last_day` of the parameters rule; the day a scheduled run is for (the
    Shanghai day of `interval_start`) replaces a missing last day, and `late_days` before the last
    day replace a missing first one.

    Raises:
        Fatal: neither a last day nor a scheduled day is known.
    """
    if params.get("last_day"):
        last_day = date.fromisoformat(params["last_day"])
    elif interval_start:
        last_day = interval_start.astimezone(SHANGHAI).date()
    else:
        raise Fatal('a run by hand needs its window: {"first_day": "…", "last_day": "…"}')
    if params.get("first_day"):
        return Window(date.fromisoformat(params["first_day"]), last_day)
    return Window(last_day - timedelta(days=int(params.get("late_days", 0))), last_day)
