"""Work on one thing while the next is made ready."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Generic, Self, TypeVar

Thing = TypeVar("Thing")


class WriteBehind(Generic[Thing]):
    """Gives things to `work` in their order, at most one of them at a time.

    A thing is worked on in another thread while the caller makes the next one. A single thing, as
    most files are, is worked on by the caller at the end: a thread costs more than a small file.
    What `work` raises comes out of the next call, or at the end.
    """

    def __init__(self, work: Callable[[Thing], None]) -> None:
        self._work = work
        self._held: Thing | None = None
        self._pending: Future[None] | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Ready for the first thing."""
        return self

    def __call__(self, thing: Thing) -> None:
        """Takes the next thing; waits until the one before is done."""
        if self._writer is None and self._held is None:
            self._held = thing
            return
        if self._held is not None:
            self._submit(self._held)
            self._held = None
        self._submit(thing)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for everything that was taken; does nothing more after an error."""
        with self._stack:
            if error is None:
                self._wait()
                if self._held is not None:
                    self._work(self._held)

    def _submit(self, thing: Thing) -> None:
        if self._writer is None:
            self._writer = self._stack.enter_context(ThreadPoolExecutor(1, "ingest-writer"))
        self._wait()
        self._pending = self._writer.submit(self._work, thing)

    def _wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()
