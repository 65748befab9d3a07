"""One request on the GPU: what every pass of it needs, and how a pass is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..cancel import Cancel
from ..errors import InferenceFailed
from ..payload.generation import Generation
from ..payload.samplers import Sampling
from .controlnets import LoadedControl, control_arguments, controlnet_of
from .load_pipeline import Loaded, pipeline_for
from .schedulers import build_scheduler


@dataclass(frozen=True)
class Session:
    loaded: Loaded
    generation: Generation
    controls: tuple[LoadedControl, ...]
    cancel: Cancel


@dataclass(frozen=True)
class Batch:
    """Images drawn together: their indices in the request, their generators, and the words for all of them."""

    images: range
    generators: list[torch.Generator]
    words: dict[str, Any]


@dataclass(frozen=True)
class Pass:
    """One run of a pipeline. `options` are the arguments that only this mode takes."""

    mode: str
    sampling: Sampling
    steps: int
    width: int
    height: int
    options: Mapping[str, Any]
    output: str = "np"


def run_pass(session: Session, batch: Batch, one: Pass) -> Any:
    """The pipeline's images: an array for output "np", latents for "latent". Asks `cancel` before every step."""
    generation = session.generation
    pipeline = pipeline_for(session.loaded, one.mode, controlnet_of(session.controls))
    pipeline.scheduler = build_scheduler(one.sampling, [generation.seeds[index] for index in batch.images])

    def between_steps(_pipeline: Any, _step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        session.cancel.check()
        return tensors

    session.cancel.check()
    with torch.inference_mode():
        result = pipeline(
            **batch.words,
            **one.options,
            **control_arguments(session.controls, one.mode, one.width, one.height),
            num_inference_steps=one.steps,
            guidance_scale=generation.cfg_scale,
            generator=batch.generators,
            eta=generation.eta or 0.0,
            output_type=one.output,
            callback_on_step_end=between_steps,
        )
    return result.images


def to_pictures(array: np.ndarray[Any, Any]) -> list[Image.Image]:
    """Arrays of 0..1 as pictures. Raises InferenceFailed for numbers that are none: half precision overflowed."""
    if not np.isfinite(array).all():
        raise InferenceFailed("The VAE gave no numbers (NaN) in half precision; use a VAE made for fp16.")
    return [Image.fromarray(image) for image in (array * 255).round().astype("uint8")]
