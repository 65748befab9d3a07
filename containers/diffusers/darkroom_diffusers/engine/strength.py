"""How many steps to ask for, so that a pass which starts part of the way does some."""

from __future__ import annotations

import math

_MOST = 1000


def steps_at_strength(steps: int, strength: float) -> int:
    """img2img: `diffusers` does int(steps × strength) of them; at least one must be left."""
    return max(steps, min(_MOST, math.ceil(1 / strength)))


def steps_for_full_count(steps: int, strength: float) -> int:
    """Hires: A1111 does as many steps as were asked for, however far from the end it starts."""
    return min(_MOST, max(1, math.ceil(steps / min(strength, 0.999))))
