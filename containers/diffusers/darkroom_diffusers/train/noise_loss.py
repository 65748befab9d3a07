"""What the model is taught: to find the noise in a noisy picture (epsilon prediction)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .base_model import BaseModel
from .encode_prompts import encode_prompts
from .read_picture import Square


@dataclass(frozen=True)
class Batch:
    """Each picture with its words, the seed of its noise, and the share of its error in the loss."""

    squares: Sequence[Square]
    prompts: Sequence[str]
    noise_seeds: Sequence[int]
    shares: Sequence[float]


def _drawn(batch: Batch, shape: torch.Size, steps: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noise for the latents, noise for the encoder's own spread, and the time step; drawn on the CPU, picture by
    picture, so that they do not depend on the batch or the GPU."""
    noises, spreads, times = [], [], []
    for seed in batch.noise_seeds:
        generator = torch.Generator().manual_seed(seed)
        noises.append(torch.randn(shape, generator=generator))
        spreads.append(torch.randn(shape, generator=generator))
        times.append(torch.randint(0, steps, (), generator=generator))
    return torch.stack(noises), torch.stack(spreads), torch.stack(times)


def _time_ids(batch: Batch, device: str) -> torch.Tensor:
    """SDXL's size conditions: original size, corner of the cut, size aimed at."""
    rows = [[*square.original, *square.corner, *square.pixels.shape[-2:]] for square in batch.squares]
    return torch.tensor(rows, dtype=torch.float32, device=device)


@torch.no_grad()
def _distribution(base: BaseModel, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of the pictures' latents. In full precision, outside of autocast."""
    vae = base.pipeline.vae
    pixels = torch.stack([square.pixels for square in batch.squares]).to(base.device)
    with torch.autocast(base.device.partition(":")[0], enabled=False):
        latents = vae.encode(pixels.float()).latent_dist
    return latents.mean, latents.std


def noise_loss(base: BaseModel, batch: Batch, *, learn_words: bool) -> torch.Tensor:
    """The sum of the pictures' mean squared errors, each times its share."""
    mean, std = _distribution(base, batch)
    schedule, unet = base.noise_schedule, base.pipeline.unet
    noise, spread, times = (
        tensor.to(base.device) for tensor in _drawn(batch, mean.shape[1:], schedule.config.num_train_timesteps)
    )
    latents = (mean + std * spread) * base.pipeline.vae.config.scaling_factor
    noisy = schedule.add_noise(latents, noise, times).to(unet.dtype)
    with torch.set_grad_enabled(learn_words):
        hidden, pooled = encode_prompts(base, batch.prompts)
    added = {} if pooled is None else {"text_embeds": pooled.to(unet.dtype), "time_ids": _time_ids(batch, base.device)}
    found = unet(noisy, times, hidden.to(unet.dtype), added_cond_kwargs=added).sample
    errors = torch.nn.functional.mse_loss(found.float(), noise, reduction="none").mean(dim=(1, 2, 3))
    return (errors * torch.tensor(batch.shares, device=errors.device)).sum()
