"""A checkpoint file as a `diffusers` pipeline, with the configs shipped here and no model hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers

from ..models.checkpoint_family import is_inpaint, is_sdxl
from .clip_vocabulary import load_tokenizer
from .complete import complete
from .place import Place

_CLASSES: Mapping[tuple[str, str, bool], str] = {
    ("sd", "txt2img", False): "StableDiffusionPipeline",
    ("sd", "img2img", False): "StableDiffusionImg2ImgPipeline",
    ("sd", "inpaint", False): "StableDiffusionInpaintPipeline",
    ("sd", "txt2img", True): "StableDiffusionControlNetPipeline",
    ("sd", "img2img", True): "StableDiffusionControlNetImg2ImgPipeline",
    ("sd", "inpaint", True): "StableDiffusionControlNetInpaintPipeline",
    ("sdxl", "txt2img", False): "StableDiffusionXLPipeline",
    ("sdxl", "img2img", False): "StableDiffusionXLImg2ImgPipeline",
    ("sdxl", "inpaint", False): "StableDiffusionXLInpaintPipeline",
    ("sdxl", "txt2img", True): "StableDiffusionXLControlNetPipeline",
    ("sdxl", "img2img", True): "StableDiffusionXLControlNetImg2ImgPipeline",
    ("sdxl", "inpaint", True): "StableDiffusionXLControlNetInpaintPipeline",
}


_PAD_OF_SECOND = "!"


@dataclass(frozen=True)
class Assets:
    """The shipped configs (one folder a family, and `controlnet`) and CLIP's vocabulary."""

    config_dir: Path
    tokenizer_dir: Path


@dataclass(frozen=True)
class Loaded:
    """A checkpoint in memory. `base` is the pipeline it was loaded as; others share its components."""

    family: str
    base: Any
    place: Place


def _class(family: str, mode: str, with_control: bool) -> Any:
    return getattr(diffusers, _CLASSES["sdxl" if is_sdxl(family) else "sd", mode, with_control])


def _tokenizers(family: str, assets: Assets) -> dict[str, Any]:
    first = {"tokenizer": load_tokenizer(assets.tokenizer_dir)}
    return (
        {**first, "tokenizer_2": load_tokenizer(assets.tokenizer_dir, pad_token=_PAD_OF_SECOND)}
        if is_sdxl(family)
        else first
    )


def load_pipeline(family: str, checkpoint: Path, vae: Path | None, *, assets: Assets, place: Place) -> Loaded:
    """Reads the single-file layout; `vae` replaces the checkpoint's own."""
    config = str(assets.config_dir / family)
    options: dict[str, Any] = {"config": config, "local_files_only": True, "torch_dtype": place.dtype}
    components = _tokenizers(family, assets)
    if vae is not None:
        with complete(f"VAE {vae.name}"):
            components["vae"] = diffusers.AutoencoderKL.from_single_file(str(vae), subfolder="vae", **options)
    mode = "inpaint" if is_inpaint(family) else "txt2img"
    with complete(checkpoint.name):
        base = _class(family, mode, False).from_single_file(str(checkpoint), **components, **options)
        base.to(place.device)
    base.vae.enable_slicing()
    return Loaded(family, base, place)


def pipeline_for(loaded: Loaded, mode: str, controlnet: Any = None) -> Any:
    """The pipeline of a mode (txt2img, img2img, inpaint), on the loaded components."""
    extra: dict[str, Any] = {} if controlnet is None else {"controlnet": controlnet}
    quiet = {"add_watermarker": False} if is_sdxl(loaded.family) else {"requires_safety_checker": False}
    components = dict(loaded.base.components)
    pipeline = _class(loaded.family, mode, controlnet is not None)(**components, **extra, **quiet)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
