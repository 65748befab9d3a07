"""The trained modules' tensors under the names and in the shapes of the single-file layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from .ldm_names import LdmTensor, UnetShape, clip_layout, open_clip_layout, unet_layout

_SD1_TEXT = "cond_stage_model.transformer."
_XL_TEXT, _XL_TEXT_2 = "conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."


def unet_shape(unet: Any) -> UnetShape:
    return UnetShape(unet.config.layers_per_block, tuple(unet.config.up_block_types))


def part_layout(family: str, part: str, module: Any) -> list[LdmTensor]:
    """What of the file is written from this module. `part` is unet, text_encoder or text_encoder_2."""
    if part == "unet":
        return unet_layout(module.state_dict(), unet_shape(module))
    if part == "text_encoder_2":
        return open_clip_layout(module.config.num_hidden_layers, _XL_TEXT_2)
    return clip_layout(module.state_dict(), _XL_TEXT if family == "sdxl" else _SD1_TEXT)


def assemble(tensor: LdmTensor, state: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The file's tensor out of a module's state."""
    parts = [state[source] for source in tensor.sources]
    whole = parts[0] if len(parts) == 1 else torch.cat(parts)
    return whole.T if tensor.transposed else whole
