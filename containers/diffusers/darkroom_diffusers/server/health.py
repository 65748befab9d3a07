"""What `/ping` says."""

from __future__ import annotations

import threading


class Health:
    """`starting` → `ready` → (`broken` | `stopping`). Only `ready` answers 200; a broken container never recovers,
    so that SageMaker replaces it instead of sending it requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = "starting"
        self._reason = "The container is loading its libraries."

    def ready(self) -> None:
        self._move("ready", "", only_from="starting")

    def broken(self, reason: str) -> None:
        self._move("broken", reason)

    def stopping(self) -> None:
        self._move("stopping", "The container is being stopped.")

    def _move(self, state: str, reason: str, only_from: str | None = None) -> None:
        with self._lock:
            if only_from is None or self._state == only_from:
                self._state, self._reason = state, reason

    def answer(self) -> tuple[int, dict[str, object]]:
        """Status and body of `GET /ping`."""
        with self._lock:
            body: dict[str, object] = {"status": self._state}
            if self._reason:
                body["reason"] = self._reason
            return (200 if self._state == "ready" else 503), body
