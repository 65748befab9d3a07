"""Which modules learn, and what of them: all weights, or low-rank additions to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model

from .base_model import BaseModel
from .training_settings import LoraSettings, TrainingSettings


@dataclass(frozen=True)
class TrainedPart:
    """`name` is the pipeline's: unet, text_encoder, text_encoder_2."""

    name: str
    module: Any
    learning_rate: float

    def parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """What learns, by names that are the same in every run."""
        for name, parameter in self.module.named_parameters():
            if parameter.requires_grad:
                yield f"{self.name}.{name}", parameter


def _is_pointwise(module: torch.nn.Module) -> bool:
    return isinstance(module, torch.nn.Conv2d) and module.kernel_size == (1, 1)


def lora_targets(part: str, module: Any) -> list[str]:
    """What kohya's trainer adapts by default: every linear layer (and 1×1 convolution) of the UNet's attention blocks,
    every one of the text encoder's layers."""
    inside = ".attentions." if part == "unet" else ".encoder.layers."
    return [
        name
        for name, child in module.named_modules()
        if inside in name and (isinstance(child, torch.nn.Linear) or _is_pointwise(child))
    ]


def _add_lora(part: str, module: Any, lora: LoraSettings) -> None:
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=0.0, target_modules=lora_targets(part, module))
    inject_adapter_in_model(config, module)
    for parameter in module.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def _save_memory(part: str, module: Any) -> None:
    if part == "unet":
        module.enable_gradient_checkpointing()
    else:
        module.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def prepare_parts(base: BaseModel, settings: TrainingSettings) -> list[TrainedPart]:
    """Makes the weights that learn require gradients; a LoRA's start from the training's seed."""
    torch.manual_seed(settings.seed)
    parts = [TrainedPart("unet", base.pipeline.unet, settings.learning_rate)]
    if settings.train_text_encoder:
        rate = settings.text_encoder_learning_rate
        parts += [TrainedPart(name, encoder, rate) for name, encoder in base.encoders.items()]
    for part in parts:
        if settings.lora is None:
            part.module.requires_grad_(True)
        else:
            _add_lora(part.name, part.module, settings.lora)
        if settings.gradient_checkpointing:
            _save_memory(part.name, part.module)
        part.module.train()
    return parts
