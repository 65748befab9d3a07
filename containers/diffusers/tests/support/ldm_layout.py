"""Modules of `diffusers` written in the single-file layout (LDM names), so that from_single_file has something to
read that no download is needed for. The names that a training writes come from the package; those of VAEs and
ControlNets, which it never writes, are here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import torch

from darkroom_diffusers.train.ldm_names import (
    LdmTensor,
    UnetShape,
    clip_layout,
    open_clip_layout,
    unet_layout,
    unet_name,
)
from darkroom_diffusers.train.ldm_tensors import assemble, unet_shape

_CONTROL = {
    "controlnet_mid_block": "middle_block_out.0",
    "controlnet_cond_embedding.conv_in": "input_hint_block.0",
    "controlnet_cond_embedding.conv_out": "input_hint_block.14",
}


def _assembled(module: Any, layout: Iterable[LdmTensor]) -> dict[str, torch.Tensor]:
    state: Mapping[str, torch.Tensor] = module.state_dict()
    return {tensor.name: assemble(tensor, state) for tensor in layout}


def unet_tensors(module: Any) -> dict[str, torch.Tensor]:
    """A UNet2DConditionModel."""
    return _assembled(module, unet_layout(module.state_dict(), unet_shape(module)))


def _control_name(key: str, shape: UnetShape) -> str:
    for old, new in _CONTROL.items():
        if key.startswith(f"{old}."):
            return new + key.removeprefix(old)
    zero = re.match(r"controlnet_down_blocks\.(\d+)\.(.*)", key)
    if zero:
        return f"zero_convs.{zero[1]}.0.{zero[2]}"
    hint = re.match(r"controlnet_cond_embedding\.blocks\.(\d+)\.(.*)", key)
    if hint:
        return f"input_hint_block.{2 + 2 * int(hint[1])}.{hint[2]}"
    return unet_name(key, shape)


def control_tensors(module: Any) -> dict[str, torch.Tensor]:
    """A ControlNetModel."""
    shape = UnetShape(module.config.layers_per_block, ())
    return {f"control_model.{_control_name(key, shape)}": value for key, value in module.state_dict().items()}


_VAE = (
    (r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}"),
    (r"mid_block\.attentions\.0", lambda m: "mid.attn_1"),
    (r"down_blocks\.(\d)\.resnets\.(\d)", lambda m: f"down.{m[1]}.block.{m[2]}"),
    (r"down_blocks\.(\d)\.downsamplers\.0", lambda m: f"down.{m[1]}.downsample"),
    (r"conv_norm_out", lambda m: "norm_out"),
    (r"conv_shortcut", lambda m: "nin_shortcut"),
    (r"group_norm", lambda m: "norm"),
    (r"to_([qkv])\.", lambda m: f"{m[1]}."),
    (r"to_out\.0", lambda m: "proj_out"),
)


def vae_tensors(module: Any, prefix: str = "first_stage_model.") -> dict[str, torch.Tensor]:
    """An AutoencoderKL; the file of a VAE alone has prefix ""."""
    last = len(module.config.block_out_channels) - 1
    out = {}
    for key, value in module.state_dict().items():
        name = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"up.{last - int(m[1])}.block.{m[2]}", key)
        name = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{last - int(m[1])}.upsample", name)
        for pattern, new in _VAE:
            name = re.sub(pattern, new, name)
        is_attention = ".mid.attn_1." in name and name.endswith("weight") and ".norm." not in name
        out[prefix + name] = value[:, :, None, None] if is_attention else value
    return out


def clip_tensors(module: Any, prefix: str) -> dict[str, torch.Tensor]:
    """A CLIPTextModel with its own names behind a prefix."""
    return _assembled(module, clip_layout(module.state_dict(), prefix))


def open_clip_tensors(module: Any, prefix: str = "conditioner.embedders.1.model.") -> dict[str, torch.Tensor]:
    """A CLIPTextModelWithProjection in OpenCLIP's names, query, key and value in one tensor."""
    return _assembled(module, open_clip_layout(module.config.num_hidden_layers, prefix))
