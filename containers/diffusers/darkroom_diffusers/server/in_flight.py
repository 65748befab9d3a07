"""How many requests are being answered: a program that ends must not cut a reply short."""

from __future__ import annotations

import threading
from types import TracebackType


class InFlight:
    """A context around each request, and a way to wait until there is none."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_until_none(self, at_most_s: float) -> bool:
        """True when no request is being answered any more."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, at_most_s)
