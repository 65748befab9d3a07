"""Which architecture a checkpoint has, told from its header's keys."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import UnsupportedTask
from .safetensors_header import TensorFacts

_UNET_INPUT = "model.diffusion_model.input_blocks.0.0.weight"
_SD1_TEXT = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"
_SD2_TEXT = "cond_stage_model.model."
_SDXL_TEXT = "conditioner.embedders.1.model."
_REFINER_TEXT = "conditioner.embedders.0.model."
_PLAIN, _INPAINT = 4, 9

FAMILIES = ("sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint")


def is_sdxl(family: str) -> bool:
    return family.startswith("sdxl")


def is_inpaint(family: str) -> bool:
    return family.endswith("-inpaint")


def _base(name: str, header: Mapping[str, TensorFacts]) -> str:
    if _SD1_TEXT in header:
        return "sd15"
    prefixes = ((_SDXL_TEXT, "sdxl"), (_SD2_TEXT, "Stable Diffusion 2"), (_REFINER_TEXT, "the SDXL refiner"))
    found = next((what for prefix, what in prefixes if any(key.startswith(prefix) for key in header)), None)
    if found is None:
        raise UnsupportedTask(
            f"{name} holds no text encoder this container knows; a full SD 1.5 or SDXL file is needed."
        )
    if found != "sdxl":
        raise UnsupportedTask(f"{name} is {found}; this container draws with SD 1.5 and SDXL.")
    if "v_pred" in header:
        raise UnsupportedTask(f"{name} predicts v; this container draws with models that predict noise.")
    return found


def detect_family(name: str, header: Mapping[str, TensorFacts]) -> str:
    """One of FAMILIES. Raises UnsupportedTask saying what the file called `name` is instead."""
    unet_input = header.get(_UNET_INPUT)
    if unet_input is None or len(unet_input.shape) != 4:
        raise UnsupportedTask(f"{name} is no Stable Diffusion checkpoint in the single-file layout.")
    base = _base(name, header)
    channels = unet_input.shape[1]
    if channels not in (_PLAIN, _INPAINT):
        raise UnsupportedTask(f"{name} has a UNet with {channels} input channels; 4 and 9 (inpainting) are supported.")
    return base if channels == _PLAIN else f"{base}-inpaint"
