"""What WeChat's analytics API says of the mini-programs, pulled day by day as a client would.

WeChat counts openids, not people, and so do we here: from the visits themselves, give or take what
its own counting differs by. On one day of one mini-program it says far more than there was.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from sample_data.brand import MALL, STORE_PROGRAM
from sample_data.dice import Dice
from sample_data.landing import Landing
from sample_data.timeline import HOUR_SECONDS, Period, day_name, day_of, iso, midnight

ANALYTICS: Final = ("mini_program", "analytics")
TREND: Final = "getweanalysisappiddailyvisittrend"
RETENTION: Final = "getweanalysisappiddailyretaininfo"
RETENTION_KEYS: Final = (1, 2, 3, 4, 5, 6, 7, 14, 30)
REPULLED_AFTER: Final = (2, 8)
PULL_HOUR: Final = 9
NOISE: Final = 0.008
UNSEEN: Final = frozenset({"$MPHide", "$BindID", "$UnbindID"})
WRONG_DAYS_BEFORE_END: Final = 3
WRONG_FACTOR: Final = 1.4
WRONG_ADDED: Final = 12


@dataclass(slots=True)
class Audience:
    """Who visited when, while it is being written: visitors, new ones, and those who came back."""

    days: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    visitors: Counter[tuple[str, int]] = field(default_factory=Counter)
    new: Counter[tuple[str, int]] = field(default_factory=Counter)
    returned: Counter[tuple[str, int, int]] = field(default_factory=Counter)

    def see(self, appid: str, openid: str, at: int, event: str) -> None:
        """Take an event that carries an openid."""
        if event not in UNSEEN:
            self.days[appid, openid].add(day_of(at))

    def settle(self) -> None:
        """Count the openids seen so far, all of whose visits are known, and forget them."""
        for (appid, _), days in self.days.items():
            first = min(days)
            self.new[appid, first] += 1
            self.visitors.update((appid, day) for day in days)
            kept = (day - first for day in days)
            self.returned.update((appid, first, key) for key in kept if key in RETENTION_KEYS)
        self.days.clear()


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Where the official figure is wrong."""

    appid: str
    ref_date: str
    metric: str
    own_count: int
    official_count: int


def write_official_figures(
    landing: Landing, period: Period, audience: Audience, dice: Dice
) -> list[Discrepancy]:
    """Write the pulls of every day; tell which figure was made wrong."""
    planted: list[Discrepancy] = []
    for day in range(period.first_day + 1, period.last_day + 1):
        at = midnight(day) + PULL_HOUR * HOUR_SECONDS
        for appid in (MALL, STORE_PROGRAM):
            trend = _trend(audience, appid, day - 1, dice)
            if appid == MALL and day - 1 == period.last_day - WRONG_DAYS_BEFORE_END:
                own = audience.visitors[appid, day - 1]
                trend["visit_uv"] = int(own * WRONG_FACTOR) + WRONG_ADDED
                name = day_name(day - 1)
                planted.append(Discrepancy(appid, name, "visitors", own, trend["visit_uv"]))
            _pull(landing, (appid, TREND, day - 1), at, {"list": [trend]})
            for back in REPULLED_AFTER:
                if day - back >= period.first_day:
                    reply = _retention(audience, appid, day - back, day - 1)
                    _pull(landing, (appid, RETENTION, day - back), at + back, reply)
    return planted


def _trend(audience: Audience, appid: str, day: int, dice: Dice) -> dict[str, Any]:
    visitors = audience.visitors[appid, day]
    sessions = visitors + int(visitors * dice.uniform(0.02, 0.09))
    return {
        "ref_date": _compact(day),
        "session_cnt": sessions,
        "visit_pv": int(sessions * dice.uniform(4.0, 6.0)),
        "visit_uv": round(visitors * dice.uniform(1 - NOISE, 1 + NOISE)),
        "visit_uv_new": audience.new[appid, day],
        "stay_time_uv": round(dice.uniform(60, 140), 4),
        "stay_time_session": round(dice.uniform(50, 110), 4),
        "visit_depth": round(dice.uniform(2.5, 4.5), 4),
    }


def _retention(audience: Audience, appid: str, day: int, newest: int) -> dict[str, Any]:
    kept = [
        {"key": key, "value": audience.returned[appid, day, key]}
        for key in RETENTION_KEYS
        if day + key <= newest
    ]
    size = {"key": 0, "value": audience.new[appid, day]}
    return {"ref_date": _compact(day), "visit_uv_new": [size, *kept]}


def _pull(landing: Landing, place: tuple[str, str, int], at: int, reply: dict[str, Any]) -> None:
    appid, endpoint, day = place
    record = {
        "appid": appid,
        "endpoint": endpoint,
        "requested": {"begin_date": _compact(day), "end_date": _compact(day)},
        "pulled_at": iso(at),
        "page": 1,
        "reply": reply,
    }
    landing.add(ANALYTICS, at, record)


def _compact(day: int) -> str:
    return day_name(day).replace("-", "")
