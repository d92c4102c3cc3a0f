"""Things are made at once, and come out in their order."""

import time
from collections.abc import Iterator
from threading import Event, current_thread, main_thread

import pytest

from ingestion.read_ahead import made_ahead


def test_a_single_thing_is_made_by_the_caller() -> None:
    threads = list(made_ahead(lambda _: current_thread(), [1], at_once=2))
    assert threads == [main_thread()]


def test_nothing_is_made_of_nothing() -> None:
    assert list(made_ahead(str, [], at_once=2)) == []


def test_later_things_that_are_ready_first_wait_for_the_earlier_ones() -> None:
    def make(thing: int) -> int:
        time.sleep(0.01 if thing % 2 == 0 else 0)
        return thing

    assert list(made_ahead(make, range(20), at_once=2)) == list(range(20))


def test_two_are_made_at_the_same_time() -> None:
    met = [Event(), Event()]

    def make(thing: int) -> bool:
        met[thing % 2].set()
        return met[1 - thing % 2].wait(timeout=10)

    assert list(made_ahead(make, range(2), at_once=2)) == [True, True]


def test_no_more_is_read_than_is_made() -> None:
    read: list[int] = []

    def things() -> Iterator[int]:
        for thing in range(50):
            read.append(thing)
            yield thing

    for made in made_ahead(int, things(), at_once=2):
        assert len(read) <= made + 3


@pytest.mark.parametrize("bad", [0, 1, 4, 5])
def test_what_making_raises_comes_out_in_its_place(bad: int) -> None:
    def make(thing: int) -> int:
        if thing == bad:
            raise LookupError(thing)
        return thing

    made = made_ahead(make, range(6), at_once=2)
    assert [next(made) for _ in range(bad)] == list(range(bad))
    with pytest.raises(LookupError):
        next(made)


def test_whoever_stops_asking_leaves_no_thread_at_work() -> None:
    started: list[int] = []
    made = made_ahead(started.append, range(1_000), at_once=2)
    next(made)
    made.close()
    assert len(started) <= 4
