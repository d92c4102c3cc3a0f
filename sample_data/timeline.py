"""Time of the sample: which days it covers, in which folder a line lands, how times are written.

Times are whole seconds since 1970-01-01 UTC unless a name says `_ms`; days are days since
1970-01-01 of the brand's calendar, which is +08:00 all year.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600
ZONE_SECONDS: Final = 8 * HOUR_SECONDS
HISTORY_MONTHS: Final = 13
_EPOCH: Final = date(1970, 1, 1)


def epoch_day(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(second: int) -> int:
    """Return the brand's calendar day of a time."""
    return (second + ZONE_SECONDS) // DAY_SECONDS


def midnight(day: int) -> int:
    """Return the time at which a calendar day begins."""
    return day * DAY_SECONDS - ZONE_SECONDS


def is_weekend(day: int) -> bool:
    """Return whether a day is a Saturday or a Sunday; day 0 was a Thursday."""
    return (day + 3) % 7 in {5, 6}


@lru_cache(maxsize=4_096)
def day_name(day: int) -> str:
    """Write a day as YYYY-MM-DD."""
    return (_EPOCH + timedelta(days=day)).isoformat()


@lru_cache(maxsize=100_000)
def _clock(second_of_day: int) -> str:
    minutes, seconds = divmod(second_of_day, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def iso(second: int) -> str:
    """Write a time as RFC 3339 with the brand's offset."""
    day, rest = divmod(second + ZONE_SECONDS, DAY_SECONDS)
    return f"{day_name(day)}T{_clock(rest)}+08:00"


def iso_utc(ms: int) -> str:
    """Write a time in milliseconds as ISO 8601 in UTC, the way Segment does."""
    seconds, milliseconds = divmod(ms, 1_000)
    day, rest = divmod(seconds, DAY_SECONDS)
    return f"{day_name(day)}T{_clock(rest)}.{milliseconds:03d}Z"


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


@lru_cache(maxsize=1_024)
def _month_end(day: int) -> int:
    first = _months_before(_EPOCH + timedelta(days=day), -1)
    return epoch_day(first) - 1


@dataclass(frozen=True, slots=True)
class Period:
    """The sample's days: monthly files from `history_day` on, daily ones from `first_day` on.

    `first_day` and `last_day` are included; `start` and `end` are the same bounds as times, `end`
    excluded; `birth` is the time at which the history begins.
    """

    history_day: int
    first_day: int
    last_day: int

    @classmethod
    def ending(cls, last_day: date, days: int) -> "Period":
        """Return the period whose last `days` days have daily files."""
        first = last_day - timedelta(days=days - 1)
        history = _months_before(first, HISTORY_MONTHS)
        return cls(epoch_day(history), epoch_day(first), epoch_day(last_day))

    @property
    def birth(self) -> int:
        """The first second of the history."""
        return midnight(self.history_day)

    @property
    def start(self) -> int:
        """The first second that has daily files."""
        return midnight(self.first_day)

    @property
    def end(self) -> int:
        """The second after the last day."""
        return midnight(self.last_day + 1)

    def folder_day(self, second: int) -> int:
        """Return the day of the folder for something received at `second`."""
        day = min(day_of(second), self.last_day)
        return day if day >= self.first_day else min(_month_end(day), self.first_day - 1)
