"""Work on many living objects without Python's collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """The collector would walk all that is held again and again, and find nothing to free.

    Nor is it walked at the end: what lives then counts as old, and is looked through in its turn.
    """
    was_enabled, is_frozen = gc.isenabled(), gc.get_freeze_count() > 0
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
        if not is_frozen:
            gc.unfreeze()
