"""Modules of `diffusers` written in the single-file layout (LDM names), so that from_single_file has something to
read that no download is needed for. The inverse of what diffusers does when it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch

Tensors = Mapping[str, torch.Tensor]

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_TOP = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "controlnet_mid_block": "middle_block_out.0",
    "controlnet_cond_embedding.conv_in": "input_hint_block.0",
    "controlnet_cond_embedding.conv_out": "input_hint_block.14",
}
_MIDDLE = {"resnets.0": 0, "attentions.0": 1, "resnets.1": 2}


def _resnet(rest: str) -> str:
    head, _, tail = rest.partition(".")
    return f"{_RESNET[head]}.{tail}"


def _unet_key(key: str, config: Any, attention_ups: set[int]) -> str:
    stride = config.layers_per_block + 1
    for old, new in _TOP.items():
        if key.startswith(f"{old}."):
            return new + key.removeprefix(old)
    part = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", key)
    if part:
        way, block, kind, layer, rest = part[1], int(part[2]), part[3], int(part[4]), part[5]
        first = 1 + block * stride if way == "down" else block * stride
        side = "input_blocks" if way == "down" else "output_blocks"
        if kind == "resnets":
            return f"{side}.{first + layer}.0.{_resnet(rest)}"
        if kind == "attentions":
            return f"{side}.{first + layer}.1.{rest}"
        if kind == "downsamplers":
            return f"{side}.{first + stride - 1}.0.op.{rest.removeprefix('conv.')}"
        return f"{side}.{first + stride - 1}.{2 if block in attention_ups else 1}.{rest}"
    middle = re.match(r"mid_block\.(resnets\.\d|attentions\.\d)\.(.*)", key)
    if middle:
        rest = _resnet(middle[2]) if middle[1].startswith("resnets") else middle[2]
        return f"middle_block.{_MIDDLE[middle[1]]}.{rest}"
    zero = re.match(r"controlnet_down_blocks\.(\d+)\.(.*)", key)
    if zero:
        return f"zero_convs.{zero[1]}.0.{zero[2]}"
    hint = re.match(r"controlnet_cond_embedding\.blocks\.(\d+)\.(.*)", key)
    if hint:
        return f"input_hint_block.{2 + 2 * int(hint[1])}.{hint[2]}"
    raise KeyError(key)


def unet_tensors(module: Any, prefix: str = "model.diffusion_model.") -> dict[str, torch.Tensor]:
    """A UNet2DConditionModel, or a ControlNetModel with prefix "control_model."."""
    kinds = getattr(module.config, "up_block_types", ())
    ups = {index for index, kind in enumerate(kinds) if "CrossAttn" in kind}
    return {prefix + _unet_key(key, module.config, ups): value for key, value in module.state_dict().items()}


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
    return {prefix + key: value for key, value in module.state_dict().items() if "position_ids" not in key}


_OPEN_CLIP = {
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
}
_OPEN_CLIP_LAYER = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}


def open_clip_tensors(module: Any, prefix: str = "conditioner.embedders.1.model.") -> dict[str, torch.Tensor]:
    """A CLIPTextModelWithProjection in OpenCLIP's names, query, key and value in one tensor."""
    state = module.state_dict()
    out = {prefix + new: state[old] for old, new in _OPEN_CLIP.items()}
    out[f"{prefix}text_projection"] = state["text_projection.weight"].T.contiguous()
    for index in range(module.config.num_hidden_layers):
        layer, block = f"text_model.encoder.layers.{index}", f"{prefix}transformer.resblocks.{index}"
        for kind in ("weight", "bias"):
            parts = [state[f"{layer}.self_attn.{name}_proj.{kind}"] for name in "qkv"]
            out[f"{block}.attn.in_proj_{kind}"] = torch.cat(parts)
            for old, new in _OPEN_CLIP_LAYER.items():
                out[f"{block}.{new}.{kind}"] = state[f"{layer}.{old}.{kind}"]
    return out
