"""The base checkpoint in memory: read as the endpoint reads it, placed as training needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch

from ..engine.load_pipeline import Assets, Loaded, load_pipeline
from ..engine.place import Place
from ..models.checkpoint_family import detect_family, is_inpaint
from ..models.safetensors_header import read_header
from .errors import TrainingError
from .training_settings import TrainingSettings

_FAMILIES: Mapping[str, str] = {"sd1": "sd15", "sdxl": "sdxl"}
_SPOKEN: Mapping[str, str] = {"sd15": "Stable Diffusion 1", "sdxl": "SDXL"}
PRECISIONS: Mapping[str, torch.dtype] = {
    "no": torch.float32,
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


@dataclass(frozen=True)
class BaseModel:
    """`file` is the checkpoint's path. Nothing of it requires a gradient yet."""

    file: Path
    loaded: Loaded
    noise_schedule: Any
    device: str

    @property
    def pipeline(self) -> Any:
        return self.loaded.base

    @property
    def encoders(self) -> dict[str, Any]:
        """The text encoders by their part's name."""
        names = ("text_encoder", "text_encoder_2")
        found = {name: getattr(self.pipeline, name, None) for name in names}
        return {name: encoder for name, encoder in found.items() if encoder is not None}


def check_family(file: Path, family: str) -> str:
    """The name of the configs' folder. Raises TrainingError when the file is of another architecture than the
    training, or one that cannot be trained."""
    found = detect_family(file.name, read_header(file))
    if is_inpaint(found):
        raise TrainingError(f"The base {file.name} is an inpainting checkpoint; train on the ordinary one.")
    if found != _FAMILIES[family]:
        raise TrainingError(
            f"The base {file.name} is {_SPOKEN[found]}, but the training is for {_SPOKEN[_FAMILIES[family]]}."
        )
    return found


def load_base(file: Path, settings: TrainingSettings, assets: Assets, device: str) -> BaseModel:
    """The modules that are trained whole are kept in full precision, the others in that of the arithmetic. The VAE is
    always in full precision: SDXL's overflows in half."""
    family = check_family(file, settings.family)
    loaded = load_pipeline(family, file, None, assets=assets, place=Place("cpu", torch.float32))
    base = BaseModel(file, loaded, diffusers.DDPMScheduler.from_config(loaded.base.scheduler.config), device)
    half = PRECISIONS[settings.mixed_precision]
    whole = settings.method == "dreambooth"
    loaded.base.unet.to(device, torch.float32 if whole else half)
    for encoder in base.encoders.values():
        encoder.to(device, torch.float32 if whole and settings.train_text_encoder else half)
    loaded.base.vae.to(device, torch.float32)
    for module in (loaded.base.unet, loaded.base.vae, *base.encoders.values()):
        module.requires_grad_(False)
    return base
