"""Questions asked of the marts as the reader role, and how long the answers take."""

import statistics
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from settings import Settings
from warehouse.connection import Connection, connect_to

ASKED = 100
FEWEST = 3


def ask(
    settings: Settings,
    subject: Callable[[int], tuple[str, ...]],
    query: str,
    *,
    most_seconds: float = float("inf"),
) -> list[float]:
    """95th percentiles in seconds: with a new connection each time, and with an open one.

    A question is asked `ASKED` times with one subject after the other; after `most_seconds` of
    either kind no more than `FEWEST` times.
    """

    def seconds(conn: Connection, number: int) -> float:
        started = time.perf_counter()
        conn.execute(query.encode(), subject(number)).fetchall()
        return time.perf_counter() - started

    def seconds_cold(number: int) -> float:
        with reader(settings) as conn:
            return seconds(conn, number)

    cold = _again(seconds_cold, most_seconds)
    with reader(settings) as conn:
        warm = _again(lambda number: seconds(conn, number), most_seconds)
    return [statistics.quantiles(times, n=20, method="inclusive")[-1] for times in (cold, warm)]


def _again(once: Callable[[int], float], most_seconds: float) -> list[float]:
    times: list[float] = []
    while len(times) < FEWEST or (len(times) < ASKED and sum(times) < most_seconds):
        times.append(once(len(times)))
    return times


def reader(settings: Settings) -> Connection:
    """A connection of the role that marketers have."""
    address = urlsplit(settings.database_url)
    password = quote(settings.role_passwords["c360_marketer"], safe="")
    place = f"c360_marketer:{password}@{address.hostname}:{address.port}"
    return connect_to(address._replace(netloc=place).geturl(), autocommit=True)
