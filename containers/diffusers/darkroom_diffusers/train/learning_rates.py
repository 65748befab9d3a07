"""The learning rate at each step as a pure function, so that a resumed training needs no state for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping


def _constant(_done: float) -> float:
    return 1.0


def _linear(done: float) -> float:
    return 1.0 - done


def _cosine(done: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * done))


# By kohya's names. One cycle and power 1 are its defaults, so two of them are the same as simpler ones.
SCHEDULES: Mapping[str, Callable[[float], float]] = {
    "constant": _constant,
    "constant_with_warmup": _constant,
    "linear": _linear,
    "polynomial": _linear,
    "cosine": _cosine,
    "cosine_with_restarts": _cosine,
}


def rate_factor(schedule: str, step: int, *, warmup: int, steps: int) -> float:
    """What the learning rate is multiplied with at `step` (from 0): up from 1/warmup, then along the schedule."""
    if step < warmup:
        return (step + 1) / warmup
    return SCHEDULES[schedule]((step - warmup) / max(1, steps - warmup))
