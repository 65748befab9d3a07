"""Everything random in a training as a function of the seed and the position, so that a resumed training goes on
with exactly the draws that an uninterrupted one makes.

A position counts pictures shown: (step × accumulation + part) × batch size + place in the batch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

INSTANCE, CLASS, CROP, NOISE, PAINTED = range(5)


def drawn_seed(seed: int, position: int, *stream: int) -> int:
    """A seed of 63 bits for one draw; draws for different things are of different streams."""
    words = np.random.SeedSequence((seed, position, *stream)).generate_state(1, np.uint64)
    return int(words[0]) >> 1


@lru_cache(maxsize=4)
def _order(seed: int, stream: int, count: int, round_of_all: int) -> tuple[int, ...]:
    generator = np.random.default_rng((seed, stream, round_of_all))
    return tuple(int(index) for index in generator.permutation(count))


def picture_index(seed: int, stream: int, count: int, position: int) -> int:
    """Which picture is shown: every one once, in a new order each time round."""
    return _order(seed, stream, count, position // count)[position % count]
