"""Which pictures each step shows, with which cut, words and noise: a function of the settings and the position."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .find_pictures import Picture
from .noise_loss import Batch
from .picture_order import CLASS, CROP, INSTANCE, NOISE, drawn_seed, picture_index
from .read_picture import Cut, Square, read_picture
from .training_settings import TrainingSettings


@dataclass(frozen=True)
class Collection:
    """The subject's pictures, and the class's where the prior is preserved."""

    pictures: Sequence[Picture]
    class_pictures: Sequence[Picture]


def _square(settings: TrainingSettings, picture: Picture, stream: int, position: int) -> Square:
    cut = Cut(settings.resolution, settings.center_crop, settings.flip)
    chance = random.Random(drawn_seed(settings.seed, position, stream, CROP))
    return read_picture(picture.path, cut, chance)


def make_batch(settings: TrainingSettings, collection: Collection, first: int) -> Batch:
    """`first` is the position of the batch's first picture. The class pictures follow the subject's."""
    size = settings.batch_size
    shown: list[tuple[Picture, int, int]] = []
    for stream, pictures in ((INSTANCE, collection.pictures), (CLASS, collection.class_pictures)):
        if pictures:
            for position in range(first, first + size):
                index = picture_index(settings.seed, stream, len(pictures), position)
                shown.append((pictures[index], stream, position))
    prior = settings.prior.weight if settings.prior else 0.0
    return Batch(
        squares=[_square(settings, picture, stream, position) for picture, stream, position in shown],
        prompts=[picture.prompt for picture, _, _ in shown],
        noise_seeds=[drawn_seed(settings.seed, position, stream, NOISE) for _, stream, position in shown],
        shares=[(1.0 if stream == INSTANCE else prior) / size for _, stream, _ in shown],
    )
