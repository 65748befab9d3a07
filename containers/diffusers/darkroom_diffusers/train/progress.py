"""The lines on stdout. Those that begin with "progress" are read by the training job's metric definitions."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
_EVERY_S = 1.0


class Progress:
    """At most about one line a second; the loss in it is the mean since the line before."""

    def __init__(self, steps: int, say: Say, clock: Callable[[], float]) -> None:
        self._steps = steps
        self._say = say
        self._clock = clock
        self._started = clock()
        self._said = float("-inf")
        self._losses: list[float] = []

    def after_step(self, step: int, loss: float, rate: float, *, always: bool = False) -> None:
        """`step` counts from 1."""
        self._losses.append(loss)
        now = self._clock()
        if not always and step < self._steps and now - self._said < _EVERY_S:
            return
        mean = sum(self._losses) / len(self._losses)
        seconds = now - self._started
        self._say(f"progress step={step} of={self._steps} loss={mean:.6g} lr={rate:g} seconds={seconds:.1f}")
        self._said, self._losses = now, []


class SaveClock:
    """When the state is due to be written: about once a minute, but never so often that writing takes more than
    a twentieth of the time. A full SDXL training's state has 30 GB."""

    _AT_LEAST_S = 60.0
    _SHARE = 20.0

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due = clock() + self._AT_LEAST_S

    def is_due(self) -> bool:
        return self._clock() >= self._due

    def timed(self, write: Callable[[], None]) -> None:
        """Writes now, and says when it is due again."""
        before = self._clock()
        write()
        after = self._clock()
        self._due = after + max(self._AT_LEAST_S, (after - before) * self._SHARE)
