"""LoRAs on the pipeline, for one request: put on before it, taken off after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from safetensors.torch import load_file

from ..errors import UnsupportedTask
from ..models.model_ref import LocalModel
from ..payload.extra_networks import LoraUse
from .load_pipeline import Loaded


def _put_on(base: Any, adapter: str, model: LocalModel) -> None:
    try:
        base.load_lora_weights(load_file(str(model.path)), adapter_name=adapter)
    except (ValueError, KeyError, RuntimeError) as error:
        if "out of memory" in str(error).lower():
            raise
        raise UnsupportedTask(f"LoRA {model.name} does not fit this checkpoint: {error!s:.300}") from error
    if not any(adapter in adapters for adapters in base.get_list_adapters().values()):
        raise UnsupportedTask(f"LoRA {model.name} has no layer that this checkpoint has.")


@contextmanager
def worn_loras(loaded: Loaded, loras: Sequence[tuple[LoraUse, LocalModel]]) -> Iterator[None]:
    """kohya's and diffusers' key names are read by diffusers. Raises UnsupportedTask for a LoRA that does not fit."""
    if not loras:
        yield
        return
    base = loaded.base
    names = [f"lora_{index}" for index in range(len(loras))]
    try:
        for name, (_, model) in zip(names, loras, strict=True):
            _put_on(base, name, model)
        weights = [
            {
                "unet": use.unet_weight,
                "text_encoder": use.text_encoder_weight,
                "text_encoder_2": use.text_encoder_weight,
            }
            for use, _ in loras
        ]
        base.set_adapters(names, adapter_weights=weights)
        yield
    finally:
        base.unload_lora_weights()
