"""Names of LoRA modules as kohya's trainer writes them and every program reads them."""

from __future__ import annotations

from collections.abc import Mapping

from .ldm_names import UnetShape, unet_name

_PREFIX: Mapping[tuple[str, str], str] = {
    ("sd1", "text_encoder"): "lora_te",
    ("sdxl", "text_encoder"): "lora_te1",
    ("sdxl", "text_encoder_2"): "lora_te2",
}


def lora_name(family: str, part: str, module: str, shape: UnetShape) -> str:
    """The module's path with underscores. SDXL's UNet goes by its LDM names, SD 1.5's by those of `diffusers`."""
    if part != "unet":
        return f"{_PREFIX[family, part]}_{module.replace('.', '_')}"
    path = unet_name(f"{module}.weight", shape).removesuffix(".weight") if family == "sdxl" else module
    return f"lora_unet_{path.replace('.', '_')}"
