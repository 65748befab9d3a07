"""Where an image begins: noise from its seed, drawn on the CPU so that every machine draws the same."""

from __future__ import annotations

import math

import torch

from ..payload.generation import Generation

_TOO_PARALLEL = 0.9995


def _slerp(low: torch.Tensor, high: torch.Tensor, amount: float) -> torch.Tensor:
    """The point at `amount` on the arc from `low` to `high`: it keeps the length that noise must have."""
    cosine = float((low * high).sum() / (low.norm() * high.norm()))
    if abs(cosine) > _TOO_PARALLEL:
        return low * (1 - amount) + high * amount
    angle = math.acos(cosine)
    return (low * math.sin((1 - amount) * angle) + high * math.sin(amount * angle)) / math.sin(angle)


def generators(seeds: tuple[int, ...]) -> list[torch.Generator]:
    """One an image, so that an image does not depend on the batch it is drawn in."""
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]


def first_latents(
    generation: Generation, images: range, of_seeds: list[torch.Generator], shape: tuple[int, int, int]
) -> torch.Tensor:
    """Noise for the images with these indices, one row each; subseeds mixed in as A1111 does. `shape` is [C, h, w]."""
    rows: list[torch.Tensor] = []
    for index, generator in zip(images, of_seeds, strict=True):
        noise = torch.randn(shape, generator=generator)
        if generation.subseed_strength > 0:
            other = torch.Generator("cpu").manual_seed(generation.subseeds[index])
            noise = _slerp(noise, torch.randn(shape, generator=other), generation.subseed_strength)
        rows.append(noise)
    return torch.stack(rows)
