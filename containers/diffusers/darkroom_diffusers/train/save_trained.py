"""The trained file: a whole checkpoint in the single-file layout, or a LoRA in kohya's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from safetensors import safe_open

from .base_model import PRECISIONS
from .errors import TrainingError
from .ldm_names import LdmTensor
from .ldm_tensors import assemble, part_layout, unet_shape
from .lora_names import lora_name
from .trained_parts import TrainedPart
from .training_settings import TrainingSettings
from .write_safetensors import TensorToWrite, to_write, write_safetensors

_ADAPTER = "default"
# Running means of the base's own training: of no use beside other weights.
_NOT_CARRIED_OVER = "model_ema."


def _learned(family: str, parts: Sequence[TrainedPart]) -> dict[str, tuple[LdmTensor, Mapping[str, torch.Tensor]]]:
    """For each tensor of the file that learned: how it is made, and of which state."""
    found: dict[str, tuple[LdmTensor, Mapping[str, torch.Tensor]]] = {}
    for part in parts:
        state = part.module.state_dict()
        found.update({tensor.name: (tensor, state) for tensor in part_layout(family, part.name, part.module)})
    return found


def _checkpoint_tensors(base: Any, learned: Mapping[str, Any], precision: torch.dtype) -> Iterator[TensorToWrite]:
    """In the base's order. What did not learn is the base's, bit for bit if it has the precision asked for."""
    for name in base.keys():  # noqa: SIM118 - an open file, not a dict
        if name.startswith(_NOT_CARRIED_OVER):
            continue
        part = base.get_slice(name)
        shape = tuple(part.get_shape())
        if name in learned:
            tensor, state = learned[name]
            yield TensorToWrite(name, precision, shape, partial(assemble, tensor, state))
        else:
            floating = str(part.get_dtype()).startswith(("F", "BF"))
            dtype = precision if floating else base.get_tensor(name).dtype
            yield TensorToWrite(name, dtype, shape, partial(base.get_tensor, name))


def save_checkpoint(
    path: Path, base: Path, parts: Sequence[TrainedPart], settings: TrainingSettings, metadata: Mapping[str, str]
) -> None:
    """The base's file with what was learned in place."""
    learned = _learned(settings.family, parts)
    with safe_open(str(base), framework="pt", device="cpu") as file:
        homeless = set(learned) - set(file.keys())
        if homeless:
            raise TrainingError(f"The base {base.name} has no place for {sorted(homeless)[0]}.")
        tensors = list(_checkpoint_tensors(file, learned, PRECISIONS[settings.save_precision]))
        write_safetensors(path, tensors, metadata)


def _lora_tensors(part: TrainedPart, settings: TrainingSettings, shape: Any) -> Iterator[TensorToWrite]:
    precision = PRECISIONS[settings.save_precision]
    for module_name, module in part.module.named_modules():
        if isinstance(module, LoraLayer):
            name = lora_name(settings.family, part.name, module_name, shape)
            alpha = torch.tensor(float(module.lora_alpha[_ADAPTER]))
            down, up = module.lora_A[_ADAPTER].weight, module.lora_B[_ADAPTER].weight
            yield to_write(f"{name}.alpha", alpha, precision)
            yield to_write(f"{name}.lora_down.weight", down, precision)
            yield to_write(f"{name}.lora_up.weight", up, precision)


def save_lora(
    path: Path, parts: Sequence[TrainedPart], settings: TrainingSettings, metadata: Mapping[str, str]
) -> None:
    """Down [rank, in], up [out, rank]; the weights change by alpha / rank × up · down."""
    shape = next(unet_shape(part.module) for part in parts if part.name == "unet")
    write_safetensors(path, [each for part in parts for each in _lora_tensors(part, settings, shape)], metadata)
