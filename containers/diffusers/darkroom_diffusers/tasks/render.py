"""txt2img and img2img: from the payload to A1111's reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from PIL import Image

from ..cancel import Cancel
from ..errors import UnsupportedTask
from ..models.checkpoint_family import detect_family, is_inpaint, is_sdxl
from ..models.choose_models import choose_models
from ..models.fetch_models import ModelFiles, fetch_models
from ..models.file_hash import tensors_hash
from ..models.model_lists import find_shipped, read_requested
from ..models.object_cache import ObjectCache
from ..models.object_source import ObjectSource
from ..models.safetensors_header import read_header
from ..payload.build_generation import RandomSeed, build_generation
from ..payload.generation import Generation
from ..payload.infotext import UsedModels, info_object
from ..payload.pictures import encode_png
from ..server.gpu_queue import GpuQueue
from ..server.health import Health
from ..settings import Limits
from .guard_gpu import guard_gpu
from .invocation import Invocation


class DrawingEngine(Protocol):
    def render(self, generation: Generation, files: ModelFiles, cancel: Cancel) -> list[Image.Image]: ...

    def drop(self) -> None: ...


@dataclass(frozen=True)
class Studio:
    """Everything a request is drawn with; made once by `serve`."""

    engine: Callable[[], DrawingEngine]
    source: ObjectSource
    cache: ObjectCache
    queue: GpuQueue
    health: Health
    model_dir: Path
    limits: Limits
    random_seed: RandomSeed


def _check_files(generation: Generation, files: ModelFiles) -> str:
    """Everything that the headers tell is told before the GPU is waited for."""
    family = detect_family(files.checkpoint.name, read_header(files.checkpoint.path))
    others = [*([files.vae] if files.vae else []), *(model for _, model in files.loras), *files.embeddings]
    for model in (*others, *(model for _, model in files.controls)):
        read_header(model.path)
    if generation.hires is not None and is_inpaint(family):
        raise UnsupportedTask(
            f"enable_hr: {files.checkpoint.name} is an inpainting model, which has no hires fix here."
        )
    return family


def _used(files: ModelFiles) -> UsedModels:
    return UsedModels(
        checkpoint=files.checkpoint.name,
        checkpoint_sha256=files.checkpoint.sha256,
        vae=files.vae.name if files.vae else None,
        lora_hashes={use.name: tensors_hash(model.path) for use, model in files.loras},
    )


def _reply(generation: Generation, files: ModelFiles, family: str, pictures: list[Image.Image]) -> dict[str, object]:
    info = info_object(generation, _used(files), datetime.now(UTC))
    if is_sdxl(family) and generation.clip_skip > 1:
        info["ignored"].append("override_settings.CLIP_stop_at_last_layers")
    images = [encode_png(picture, text) for picture, text in zip(pictures, info["infotexts"], strict=True)]
    if generation.include_init_images and generation.source is not None:
        images += [encode_png(picture) for picture in generation.source.images]
    return {"images": images, "parameters": generation.parameters, "info": json.dumps(info)}


def render(studio: Studio, invocation: Invocation, cancel: Cancel) -> dict[str, object]:
    """`{images, parameters, info}`. What can be refused is refused before anything is downloaded."""
    generation = build_generation(invocation.task, invocation.payload, studio.limits, studio.random_seed)
    shipped = find_shipped(studio.model_dir)
    chosen = choose_models(generation, read_requested(invocation.models, shipped), shipped)
    with fetch_models(chosen, studio.source, studio.cache, cancel.check) as files:
        family = _check_files(generation, files)
        with studio.queue.turn(cancel):
            engine = studio.engine()
            pictures = guard_gpu(engine, studio.health, lambda: engine.render(generation, files, cancel))
        return _reply(generation, files, family, pictures)
