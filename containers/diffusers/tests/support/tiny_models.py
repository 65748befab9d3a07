"""Tiny models with random weights: the shipped configs with small numbers, built in code, saved as single files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from safetensors.torch import save_file

from support.ldm_layout import clip_tensors, control_tensors, open_clip_tensors, unet_tensors, vae_tensors

SHIPPED = Path(__file__).parents[2] / "darkroom_diffusers" / "configs"

_VAE = {"block_out_channels": [32, 32, 32, 32], "layers_per_block": 1, "sample_size": 64}
_SD_UNET = {
    "block_out_channels": [32, 32, 64, 64],
    "layers_per_block": 1,
    "cross_attention_dim": 32,
    "attention_head_dim": 4,
    "sample_size": 8,
}
_XL_UNET = {
    "block_out_channels": [32, 32, 64],
    "layers_per_block": 1,
    "cross_attention_dim": 96,
    "attention_head_dim": [2, 2, 4],
    "transformer_layers_per_block": [1, 1, 2],
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 6 * 8 + 64,
    "sample_size": 8,
}
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "projection_dim": 32,
}
_TEXT_2 = {**_TEXT, "hidden_size": 64, "projection_dim": 64}
_HINT = {"conditioning_embedding_out_channels": [16, 32, 32, 32]}

SMALLER: Mapping[str, Mapping[str, Any]] = {
    "sd15/unet": _SD_UNET,
    "sd15-inpaint/unet": _SD_UNET,
    "sdxl/unet": _XL_UNET,
    "sdxl-inpaint/unet": _XL_UNET,
    **{f"{family}/vae": _VAE for family in ("sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint")},
    **{f"{family}/text_encoder": _TEXT for family in ("sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint")},
    "sdxl/text_encoder_2": _TEXT_2,
    "sdxl-inpaint/text_encoder_2": _TEXT_2,
    "controlnet-sd15": {**{key: value for key, value in _SD_UNET.items() if key != "sample_size"}, **_HINT},
    "controlnet-sdxl": {**{key: value for key, value in _XL_UNET.items() if key != "sample_size"}, **_HINT},
}


def write_tiny_configs(target: Path) -> Path:
    """A copy of the shipped configs with the small numbers in place."""
    shutil.copytree(SHIPPED, target)
    for folder, smaller in SMALLER.items():
        path = target / folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **smaller}))
    return target


def build(cls: Any, config_dir: Path) -> Any:
    """The model of this config, with the weights that the seed set before gives."""
    config = json.loads((config_dir / "config.json").read_text())
    if issubclass(cls, transformers.PreTrainedModel):
        return cls(cls.config_class(**config)).eval()
    return cls.from_config(config).eval()


def text_tensors(family_dir: Path) -> dict[str, torch.Tensor]:
    first = build(transformers.CLIPTextModel, family_dir / "text_encoder")
    if not (family_dir / "text_encoder_2").exists():
        return clip_tensors(first, "cond_stage_model.transformer.")
    second = build(transformers.CLIPTextModelWithProjection, family_dir / "text_encoder_2")
    return {**clip_tensors(first, "conditioner.embedders.0.transformer."), **open_clip_tensors(second)}


def checkpoint_tensors(family_dir: Path) -> dict[str, torch.Tensor]:
    """All of a checkpoint, in the single-file layout."""
    unet = build(diffusers.UNet2DConditionModel, family_dir / "unet")
    vae = build(diffusers.AutoencoderKL, family_dir / "vae")
    return {**unet_tensors(unet), **vae_tensors(vae), **text_tensors(family_dir)}


def save(tensors: Mapping[str, torch.Tensor], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, str(path))
    return path


def write_checkpoint(configs: Path, family: str, path: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    return save(checkpoint_tensors(configs / family), path)


def write_vae(configs: Path, family: str, path: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    return save(vae_tensors(build(diffusers.AutoencoderKL, configs / family / "vae"), ""), path)


def write_controlnet(configs: Path, name: str, path: Path, *, layout: str = "ldm") -> Path:
    """Its zero convolutions get weights as well: a new ControlNet has no effect."""
    torch.manual_seed(7)
    model = build(diffusers.ControlNetModel, configs / name)
    for key, parameter in model.named_parameters():
        if "controlnet_down_blocks" in key or "controlnet_mid_block" in key or key.startswith("controlnet_cond"):
            torch.nn.init.normal_(parameter, std=0.1)
    return save(control_tensors(model) if layout == "ldm" else model.state_dict(), path)


def write_kohya_lora(path: Path, *, width: int = 32, inner: int = 32, seed: int = 3) -> Path:
    """Attention of the first UNet block and of the first text layer, in kohya's names."""
    torch.manual_seed(seed)
    unet = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    text = "lora_te_text_model_encoder_layers_0_self_attn_"
    tensors: dict[str, torch.Tensor] = {}
    for name, side in ((unet, inner), (f"{text}q_proj", width), (f"{text}out_proj", width)):
        tensors[f"{name}.lora_down.weight"] = torch.randn(4, side)
        tensors[f"{name}.lora_up.weight"] = torch.randn(side, 4)
        tensors[f"{name}.alpha"] = torch.tensor(4.0)
    return save(tensors, path)
