"""Pictures of the class, which keep a training from forgetting it: given ones, or painted by the base itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..engine.load_pipeline import pipeline_for
from .base_model import BaseModel
from .encode_prompts import encode_prompts
from .errors import TrainingError
from .find_pictures import Picture
from .picture_order import PAINTED, drawn_seed
from .progress import Say
from .training_settings import TrainingSettings

_STEPS = 30
_GUIDANCE = 7.5
Autocast = Callable[[], AbstractContextManager[Any]]


def _words(base: BaseModel, prompt: str) -> dict[str, torch.Tensor]:
    """SDXL takes zeros for no words, SD 1.5 the encoding of ""."""
    hidden, pooled = encode_prompts(base, [prompt])
    if pooled is None:
        return {"prompt_embeds": hidden, "negative_prompt_embeds": encode_prompts(base, [""])[0]}
    return {
        "prompt_embeds": hidden,
        "pooled_prompt_embeds": pooled,
        "negative_prompt_embeds": torch.zeros_like(hidden),
        "negative_pooled_prompt_embeds": torch.zeros_like(pooled),
    }


def _decoded(base: BaseModel, latents: torch.Tensor) -> Image.Image:
    """In full precision, outside of autocast: SDXL's VAE overflows in half."""
    vae = base.pipeline.vae
    pixels = vae.decode(latents.float() / vae.config.scaling_factor).sample[0]
    array = ((pixels / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).cpu().numpy()
    if not np.isfinite(array).all():
        raise TrainingError("The base paints no picture of the class (its numbers overflow); give a class dataset.")
    return Image.fromarray(array.astype("uint8"))


def _save(image: Image.Image, path: Path) -> None:
    part = path.with_suffix(".part")
    image.save(part, format="png")
    part.replace(path)


@torch.no_grad()
def paint_class_pictures(
    base: BaseModel,
    settings: TrainingSettings,
    folder: Path,
    *,
    autocast: Autocast,
    check: Callable[[], None],
    say: Say,
) -> tuple[Picture, ...]:
    """As many as the settings ask for; those in the folder already are kept, so that a restarted job goes on."""
    count = settings.prior.images if settings.prior else 0
    paths = [folder / f"{index:05d}.png" for index in range(count)]
    missing = [(index, path) for index, path in enumerate(paths) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if missing:
        with autocast():
            words = _words(base, settings.class_prompt)
        pipeline = pipeline_for(base.loaded, "txt2img")
    for done, (index, path) in enumerate(missing, start=count - len(missing) + 1):
        check()
        generator = torch.Generator().manual_seed(drawn_seed(settings.seed, index, PAINTED))
        with autocast():
            latents = pipeline(
                **words,
                width=settings.resolution,
                height=settings.resolution,
                num_inference_steps=_STEPS,
                guidance_scale=_GUIDANCE,
                generator=generator,
                output_type="latent",
            ).images
        _save(_decoded(base, latents), path)
        say(f"painting class images {done}/{count}")
    return tuple(Picture(path, settings.class_prompt) for path in paths)
