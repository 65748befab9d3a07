"""Which tensors of `diffusers` and `transformers` modules make up each tensor of the single-file (LDM) layout.

Derived from the names in both; the inverse of what `diffusers` does when it reads such a file. No torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNET_PREFIX = "model.diffusion_model."
_RESNET: Mapping[str, str] = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_TOP: Mapping[str, str] = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_MIDDLE: Mapping[str, int] = {"resnets.0": 0, "attentions.0": 1, "resnets.1": 2}
_OPEN_CLIP: Mapping[str, str] = {
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
}
_OPEN_CLIP_LAYER: Mapping[str, str] = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}


@dataclass(frozen=True)
class UnetShape:
    """What of a UNet's config its LDM names depend on: residual blocks a level, and which levels on the way up have
    attention (their upsampler comes third, not second)."""

    layers_per_block: int
    up_block_types: tuple[str, ...]


@dataclass(frozen=True)
class LdmTensor:
    """One tensor of the file: the module's tensors `sources` joined along the first side, turned if `transposed`."""

    name: str
    sources: tuple[str, ...]
    transposed: bool = False


def _resnet(rest: str) -> str:
    head, _, tail = rest.partition(".")
    return f"{_RESNET[head]}.{tail}"


def _block_name(part: re.Match[str], shape: UnetShape) -> str:
    stride = shape.layers_per_block + 1
    way, block, kind, layer, rest = part[1], int(part[2]), part[3], int(part[4]), part[5]
    side, first = ("input_blocks", 1 + block * stride) if way == "down" else ("output_blocks", block * stride)
    if kind == "resnets":
        return f"{side}.{first + layer}.0.{_resnet(rest)}"
    if kind == "attentions":
        return f"{side}.{first + layer}.1.{rest}"
    if kind == "downsamplers":
        return f"{side}.{first + stride - 1}.0.op.{rest.removeprefix('conv.')}"
    place = 2 if "CrossAttn" in shape.up_block_types[block] else 1
    return f"{side}.{first + stride - 1}.{place}.{rest}"


def unet_name(key: str, shape: UnetShape) -> str:
    """The LDM name, without the UNet's prefix, of a tensor of a UNet2DConditionModel. KeyError for one it lacks."""
    for old, new in _TOP.items():
        if key.startswith(f"{old}."):
            return new + key.removeprefix(old)
    part = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", key)
    if part:
        return _block_name(part, shape)
    middle = re.match(r"mid_block\.(resnets\.\d|attentions\.\d)\.(.*)", key)
    if middle:
        rest = _resnet(middle[2]) if middle[1].startswith("resnets") else middle[2]
        return f"middle_block.{_MIDDLE[middle[1]]}.{rest}"
    raise KeyError(key)


def unet_layout(keys: Iterable[str], shape: UnetShape) -> list[LdmTensor]:
    return [LdmTensor(UNET_PREFIX + unet_name(key, shape), (key,)) for key in keys]


def clip_layout(keys: Iterable[str], prefix: str) -> list[LdmTensor]:
    """A CLIPTextModel keeps its own names behind a prefix."""
    return [LdmTensor(prefix + key, (key,)) for key in keys if not key.endswith("position_ids")]


def open_clip_layout(layers: int, prefix: str) -> list[LdmTensor]:
    """A CLIPTextModelWithProjection in OpenCLIP's names: query, key and value in one tensor, the projection turned."""
    made = [LdmTensor(prefix + new, (old,)) for new, old in _OPEN_CLIP.items()]
    made.append(LdmTensor(f"{prefix}text_projection", ("text_projection.weight",), transposed=True))
    for index in range(layers):
        layer, block = f"text_model.encoder.layers.{index}", f"{prefix}transformer.resblocks.{index}"
        for kind in ("weight", "bias"):
            sources = tuple(f"{layer}.self_attn.{name}_proj.{kind}" for name in "qkv")
            made.append(LdmTensor(f"{block}.attn.in_proj_{kind}", sources))
            made += [
                LdmTensor(f"{block}.{new}.{kind}", (f"{layer}.{old}.{kind}",)) for new, old in _OPEN_CLIP_LAYER.items()
            ]
    return made
