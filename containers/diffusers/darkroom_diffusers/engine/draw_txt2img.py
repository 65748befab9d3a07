"""Text to image: one pass from noise, and the hires fix's second one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image

from ..models.checkpoint_family import is_inpaint
from ..payload.generation import Hires
from ..payload.hires import LATENT_UPSCALERS
from .noise import first_latents, generators
from .session import Batch, Pass, Session, run_pass, to_pictures
from .strength import steps_for_full_count

_PIXEL_FILTERS = {
    "None": Image.Resampling.LANCZOS,
    "Lanczos": Image.Resampling.LANCZOS,
    "Nearest": Image.Resampling.NEAREST,
}


def _first_pass(session: Session, batch: Batch, output: str) -> Any:
    generation, base = session.generation, session.loaded.base
    size = (generation.height // base.vae_scale_factor, generation.width // base.vae_scale_factor)
    latents = first_latents(generation, batch.images, batch.generators, (base.vae.config.latent_channels, *size))
    options: dict[str, Any] = {"width": generation.width, "height": generation.height}
    options["latents"] = latents.to(session.loaded.place.device, session.loaded.place.dtype)
    mode = "txt2img"
    if is_inpaint(session.loaded.family):
        mode = "inpaint"
        blank = (generation.width, generation.height)
        options |= {"image": Image.new("RGB", blank, "gray"), "mask_image": Image.new("L", blank, 255), "strength": 1.0}
    one = Pass(mode, generation.sampling, generation.steps, generation.width, generation.height, options, output)
    return run_pass(session, batch, one)


def _upscale_latents(latents: torch.Tensor, hires: Hires, factor: int) -> torch.Tensor:
    """Scaled to cover the new size, then cut to it around the middle."""
    mode, antialias = LATENT_UPSCALERS[hires.upscaler]
    height, width = hires.height // factor, hires.width // factor
    ratio = max(height / latents.shape[-2], width / latents.shape[-1])
    covering = (max(height, round(latents.shape[-2] * ratio)), max(width, round(latents.shape[-1] * ratio)))
    scaled: torch.Tensor = torch.nn.functional.interpolate(
        latents.float(), size=covering, mode=mode, antialias=antialias
    )
    top, left = (covering[0] - height) // 2, (covering[1] - width) // 2
    return scaled[..., top : top + height, left : left + width].to(latents.dtype).contiguous()


def _upscale_picture(picture: Image.Image, hires: Hires) -> Image.Image:
    ratio = max(hires.width / picture.width, hires.height / picture.height)
    covering = (max(hires.width, round(picture.width * ratio)), max(hires.height, round(picture.height * ratio)))
    scaled = picture.resize(covering, _PIXEL_FILTERS[hires.upscaler])
    left, top = (covering[0] - hires.width) // 2, (covering[1] - hires.height) // 2
    return scaled.crop((left, top, left + hires.width, top + hires.height))


def _second_pass(session: Session, batch: Batch, hires: Hires, words: dict[str, Any]) -> Any:
    if hires.upscaler in LATENT_UPSCALERS:
        latents = _first_pass(session, batch, "latent")
        image: Any = _upscale_latents(latents, hires, session.loaded.base.vae_scale_factor)
    else:
        image = [_upscale_picture(picture, hires) for picture in to_pictures(_first_pass(session, batch, "np"))]
    seeds = tuple(session.generation.seeds[index] for index in batch.images)
    again = Batch(batch.images, generators(seeds), words)
    options = {"image": image, "strength": hires.denoising_strength}
    steps = steps_for_full_count(hires.steps, hires.denoising_strength)
    return run_pass(session, again, Pass("img2img", hires.sampling, steps, hires.width, hires.height, options))


def draw_txt2img(session: Session, batch: Batch, hires_words: dict[str, Any]) -> list[Image.Image]:
    """The pictures of one batch."""
    hires = session.generation.hires
    array: np.ndarray[Any, Any] = (
        _first_pass(session, batch, "np") if hires is None else _second_pass(session, batch, hires, hires_words)
    )
    return to_pictures(array)
