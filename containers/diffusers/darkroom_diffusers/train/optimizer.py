"""AdamW over the trained parts, in 8 bits where that was asked for and can be had."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import torch

from .progress import Say
from .trained_parts import TrainedPart
from .training_settings import TrainingSettings

_OPTIONS: dict[str, Any] = {"betas": (0.9, 0.999), "weight_decay": 1e-2, "eps": 1e-8}


def _eight_bit(device: str, say: Say) -> Any:
    """bitsandbytes' class, or None."""
    if not device.startswith("cuda"):
        say("adamw8bit needs a GPU: using adamw")
        return None
    try:
        return importlib.import_module("bitsandbytes").optim.AdamW8bit
    except ImportError:
        say("bitsandbytes is not in this image: using adamw instead of adamw8bit, which takes more memory")
        return None


def make_optimizer(parts: Sequence[TrainedPart], settings: TrainingSettings, device: str, say: Say) -> Any:
    """One group a part; `initial_lr` keeps the rate that the schedule multiplies."""
    groups = [
        {
            "params": [parameter for _, parameter in part.parameters()],
            "lr": part.learning_rate,
            "initial_lr": part.learning_rate,
        }
        for part in parts
    ]
    eight_bit = _eight_bit(device, say) if settings.optimizer == "adamw8bit" else None
    return (eight_bit or torch.optim.AdamW)(groups, **_OPTIONS)
