"""Where and in which precision tensors live."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Place:
    device: str
    dtype: torch.dtype


def find_place(device: str) -> Place:
    """fp16 on CUDA, fp32 on the CPU. Raises RuntimeError when the device is not there: never a slower one instead."""
    if device.startswith("cuda"):
        if not torch.cuda.is_available():
            raise RuntimeError(f"DARKROOM_DEVICE is {device}, but there is no CUDA device here.")
        torch.zeros(1, device=device)
        return Place(device, torch.float16)
    return Place(device, torch.float32)
