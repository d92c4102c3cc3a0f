"""What the official account's datacube says of its articles, pulled day by day."""

from typing import Any, Final

from sample_data.brand import SERVICE_ACCOUNT
from sample_data.dice import Dice
from sample_data.landing import Landing
from sample_data.timeline import HOUR_SECONDS, Period, day_name, iso, midnight

STATISTICS: Final = ("official_account", "statistics")
ENDPOINT: Final = "getarticletotaldetail"
EVERY_DAYS: Final = 8
PULL_HOUR: Final = 9
TITLES: Final = ("秋日手冲指南", "会员日预告", "新品试用招募", "门店咖啡课", "护肤成分小课堂")
DAY_SHARES: Final = (0.62, 0.22, 0.1, 0.06)
"""Of all readers of an article, how many read it on which day from its publication on."""


def write_articles(landing: Landing, period: Period, dice: Dice, followers: int) -> None:
    """Write an article every eight days, and what each day's pull says of it while it is read."""
    published = range(period.first_day, period.last_day, EVERY_DAYS)
    for number, day in enumerate(published):
        readers = followers * dice.uniform(0.05, 0.25)
        read = [_day(dice, day + age, readers * share) for age, share in enumerate(DAY_SHARES)]
        for age in range(1, len(DAY_SHARES) + 1):
            if day + age <= period.last_day:
                _pull(landing, number, day, read[:age])


def _day(dice: Dice, day: int, readers: float) -> dict[str, Any]:
    read_user = int(readers * dice.uniform(0.9, 1.1)) + 1
    return {
        "stat_date": day_name(day),
        "read_user": read_user,
        "share_user": int(read_user * dice.uniform(0.01, 0.06)),
        "like_user": int(read_user * dice.uniform(0.01, 0.04)),
        "comment_count": int(read_user * dice.uniform(0, 0.01)),
    }


def _pull(landing: Landing, number: int, day: int, details: list[dict[str, Any]]) -> None:
    at = midnight(day + len(details)) + PULL_HOUR * HOUR_SECONDS
    article = {
        "ref_date": day_name(day),
        "msgid": f"22470{number:05d}_1",
        "title": TITLES[number % len(TITLES)],
        "publish_type": 0,
        "detail_list": details,
    }
    record = {
        "appid": SERVICE_ACCOUNT,
        "endpoint": ENDPOINT,
        "requested": {"begin_date": day_name(day), "end_date": day_name(day)},
        "pulled_at": iso(at),
        "page": 1,
        "reply": {"list": [article], "is_delay": False},
    }
    landing.add(STATISTICS, at, record)
