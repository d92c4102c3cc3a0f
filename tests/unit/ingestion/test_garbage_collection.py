"""Work without the collector costs nothing by itself."""

import gc
import time

from ingestion.garbage_collection import no_garbage_collection


def test_the_collector_is_off_inside_and_as_before_outside() -> None:
    assert gc.isenabled()
    with no_garbage_collection():
        assert not gc.isenabled()
        with no_garbage_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_costs_the_same_however_much_is_held() -> None:
    """A task of Airflow is forked from a process that holds a million objects, frozen."""
    held: list[list[int]] = [[] for _ in range(1_000_000)]
    gc.freeze()
    try:
        started = time.process_time()
        for _ in range(1_000):
            with no_garbage_collection():
                pass
        assert time.process_time() - started < 1
    finally:
        gc.unfreeze()
    assert len(held) == 1_000_000
