"""Things are worked on in their order; one alone needs no thread."""

from threading import current_thread, main_thread

import pytest

from ingestion.write_behind import WriteBehind


def test_a_single_thing_is_worked_on_by_the_caller() -> None:
    threads = []
    with WriteBehind[int](lambda _: threads.append(current_thread())) as take:
        take(1)
    assert threads == [main_thread()]


def test_many_things_are_worked_on_elsewhere_in_their_order() -> None:
    done: list[int] = []
    threads = set()

    def work(thing: int) -> None:
        done.append(thing)
        threads.add(current_thread())

    with WriteBehind(work) as take:
        for thing in range(20):
            take(thing)
    assert done == list(range(20))
    assert main_thread() not in threads


@pytest.mark.parametrize("bad", [0, 1, 4, 5])
def test_what_the_work_raises_comes_out(bad: int) -> None:
    def work(thing: int) -> None:
        if thing == bad:
            raise LookupError(thing)
        done.append(thing)

    def run() -> None:
        with WriteBehind(work) as take:
            for thing in range(6):
                take(thing)

    done: list[int] = []
    with pytest.raises(LookupError):
        run()
    assert done[:bad] == list(range(bad))


def test_after_an_error_of_the_caller_nothing_more_is_begun() -> None:
    done: list[int] = []

    def fail() -> None:
        with WriteBehind(done.append) as take:
            take(1)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert done == []
