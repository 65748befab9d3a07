"""When a request must give up: its time is over, or the container is being stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import InferenceFailed


class Cancel:
    """Asked between two steps of the work (`check`); raises InferenceFailed when the work must end.

    `clock` returns seconds (monotonic), `limit_s` counts from construction, `stop` is shared by the whole process.
    """

    def __init__(self, clock: Callable[[], float], limit_s: float, stop: threading.Event) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._end = clock() + limit_s
        self._stop = stop

    def check(self) -> None:
        if self._stop.is_set():
            raise InferenceFailed("The container is being stopped; send the request again.")
        if self._clock() >= self._end:
            raise InferenceFailed(f"The request took longer than its limit of {self._limit_s:g} s.")
