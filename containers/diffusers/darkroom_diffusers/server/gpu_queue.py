"""One request at a time on the GPU, first come first served, and not too many waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from ..cancel import Cancel
from ..errors import InferenceFailed

_LOOK_AGAIN_S = 0.5


class GpuQueue:
    """`turn(cancel)` is a context: it is entered when the GPU is free and everybody before has had their turn.

    Raises InferenceFailed when `max_waiting` others wait already, or when `cancel` says so while waiting.
    """

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._line: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, cancel: Cancel) -> Iterator[None]:
        ticket = self._join()
        try:
            self._wait(ticket, cancel)
            yield
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _join(self) -> object:
        ticket = object()
        with self._changed:
            if len(self._line) > self._max_waiting:
                raise InferenceFailed(f"{self._max_waiting} requests wait for the GPU already; send it again later.")
            self._line.append(ticket)
        return ticket

    def _wait(self, ticket: object, cancel: Cancel) -> None:
        with self._changed:
            while self._line[0] is not ticket:
                cancel.check()
                self._changed.wait(_LOOK_AGAIN_S)
        cancel.check()
