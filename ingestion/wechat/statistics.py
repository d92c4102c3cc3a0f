"""Which aggregates WeChat offers, and which are due for a day: data and pure functions.

Mini-program analytics write days `yyyymmdd`, official accounts `YYYY-MM-DD`; both mean days in
Beijing. Weeks run from Monday to Sunday. The endpoints marked "no longer maintained" are not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "last_7_days", "last_30_days"]

RETAINED_AFTER = (1, 2, 3, 4, 5, 6, 7, 14, 30)
"""Days after which a cohort's retention gets a new figure."""

SUNDAY = 7
DELAYED = (1, 2, 3)
"""Article figures come late (`is_delay`), so these days are asked for again."""


@dataclass(frozen=True)
class Statistic:
    """An endpoint below `datacube/`, the length of what it tells, and what to ask for again.

    `again_after`: also the days so many days before. `is_lost_when_missed`: WeChat keeps only the
    newest, a day not asked for in time cannot be had any more.
    """

    endpoint: str
    period: Period = "day"
    again_after: tuple[int, ...] = ()
    is_lost_when_missed: bool = False


@dataclass(frozen=True)
class Task:
    """One call: a statistic of the days from `begin` to `end`."""

    statistic: Statistic
    begin: date
    end: date


MINI_PROGRAM = (
    Statistic("getweanalysisappiddailysummarytrend"),
    Statistic("getweanalysisappiddailyvisittrend"),
    Statistic("getweanalysisappidweeklyvisittrend", "week"),
    Statistic("getweanalysisappidmonthlyvisittrend", "month"),
    Statistic("getweanalysisappiddailyretaininfo", again_after=RETAINED_AFTER),
    Statistic("getweanalysisappidweeklyretaininfo", "week", again_after=(7, 14, 21, 28)),
    Statistic("getweanalysisappidmonthlyretaininfo", "month"),
    Statistic("getweanalysisappidvisitdistribution"),
    Statistic("getweanalysisappidvisitpage"),
    Statistic("getweanalysisappiduserportrait", is_lost_when_missed=True),
    Statistic("getweanalysisappiduserportrait", "last_7_days", is_lost_when_missed=True),
    Statistic("getweanalysisappiduserportrait", "last_30_days", is_lost_when_missed=True),
)
OFFICIAL_ACCOUNT = (
    Statistic("getusersummary"),
    Statistic("getusercumulate"),
    Statistic("getarticleread", again_after=DELAYED),
    Statistic("getarticleshare", again_after=DELAYED),
    Statistic("getbizsummary", again_after=DELAYED),
    Statistic("getarticletotaldetail", again_after=DELAYED),
    Statistic("getupstreammsg"),
    Statistic("getinterfacesummary"),
)


def tasks_of(statistics: tuple[Statistic, ...], day: date, yesterday: date) -> Iterator[Task]:
    """What is due for a day that ended: its figures, periods that end with it, and repetitions.

    What WeChat keeps for yesterday only is due for yesterday only.
    """
    for statistic in statistics:
        if statistic.is_lost_when_missed and day != yesterday:
            continue
        for days_before in (0, *statistic.again_after):
            end = day - timedelta(days=days_before)
            begin = _first_day(statistic.period, end)
            if begin is not None:
                yield Task(statistic, begin, end)


def _first_day(period: Period, end: date) -> date | None:
    """Where the period that ends on a day begins; None when none ends there."""
    if period == "week":
        return end - timedelta(days=6) if end.isoweekday() == SUNDAY else None
    if period == "month":
        is_last = (end + timedelta(days=1)).day == 1
        return end.replace(day=1) if is_last else None
    return end - timedelta(days={"day": 0, "last_7_days": 6, "last_30_days": 29}[period])
