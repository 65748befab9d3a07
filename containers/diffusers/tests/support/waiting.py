"""Waiting for something that another thread does."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(is_so: Callable[[], bool], at_most_s: float = 10) -> None:
    end = time.monotonic() + at_most_s
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
