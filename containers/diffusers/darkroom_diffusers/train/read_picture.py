"""A picture file as the square that the model is shown."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from .errors import TrainingError


@dataclass(frozen=True)
class Square:
    """`pixels` [3, side, side] in -1..1. `original` is the picture's height and width, `corner` where the square was
    cut out of it after scaling (top, left): SDXL is told both."""

    pixels: torch.Tensor
    original: tuple[int, int]
    corner: tuple[int, int]


@dataclass(frozen=True)
class Cut:
    side: int
    center: bool
    flip: bool


def _opened(path: Path) -> Image.Image:
    """Upright, on white where it is transparent."""
    try:
        with Image.open(path) as file:
            upright = ImageOps.exif_transpose(file)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                layer = upright.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise TrainingError(f"The image {path.name} cannot be read: {error!s:.200}") from error


def read_picture(path: Path, cut: Cut, chance: random.Random) -> Square:
    """Scaled so that the shorter side fits, then cut. Raises TrainingError naming a picture that cannot be read."""
    image = _opened(path)
    original = (image.height, image.width)
    scale = cut.side / min(image.size)
    size = (max(cut.side, round(image.width * scale)), max(cut.side, round(image.height * scale)))
    scaled = image.resize(size, Image.Resampling.LANCZOS)
    free = (scaled.height - cut.side, scaled.width - cut.side)
    top, left = (side // 2 if cut.center else chance.randint(0, side) for side in free)
    square = scaled.crop((left, top, left + cut.side, top + cut.side))
    if cut.flip and chance.random() < 0.5:
        square = ImageOps.mirror(square)
        left = free[1] - left
    array = np.asarray(square, dtype=np.float32) / 127.5 - 1.0
    return Square(torch.from_numpy(array).permute(2, 0, 1).contiguous(), original, (top, left))
