"""Make several things at once and hand them over in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def made_ahead(
    make: Callable[[Thing], Made], things: Iterable[Thing], *, at_once: int
) -> Iterator[Made]:
    """What `make` makes of each thing, in their order; so many are made at the same time.

    No more are held, made or not, than are asked for next. A single thing, as most files are, is
    made by the caller: a thread costs more than a small file. What `make` raises comes out in its
    place.
    """
    rest = iter(things)
    first = list(islice(rest, 2))
    if len(first) < 2:  # noqa: PLR2004 - one alone
        yield from map(make, first)
        return
    pending: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(at_once, "ingest-parser") as pool:
        try:
            for thing in chain(first, rest):
                pending.append(pool.submit(make, thing))
                if len(pending) >= at_once:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
