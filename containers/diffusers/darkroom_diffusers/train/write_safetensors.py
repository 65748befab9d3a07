"""A safetensors file written tensor by tensor, so that a model larger than the memory left can be saved, and under
another name until it is complete, so that nobody ever reads half of one."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_NAMES: Mapping[torch.dtype, str] = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
_ALIGNMENT = 8


@dataclass(frozen=True)
class TensorToWrite:
    """`make` is called when its turn has come; its tensor is cast to `dtype` and must have `shape`."""

    name: str
    dtype: torch.dtype
    shape: tuple[int, ...]
    make: Callable[[], torch.Tensor]

    @property
    def size(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def to_write(name: str, tensor: torch.Tensor, dtype: torch.dtype | None = None) -> TensorToWrite:
    """A tensor that is there already."""
    return TensorToWrite(name, dtype or tensor.dtype, tuple(tensor.shape), lambda: tensor)


def _header(tensors: Sequence[TensorToWrite], metadata: Mapping[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    offset = 0
    for tensor in tensors:
        header[tensor.name] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.size],
        }
        offset += tensor.size
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % _ALIGNMENT)


def _data(tensor: TensorToWrite) -> Any:
    """The tensor's bytes, as something that can be written without another copy."""
    made = tensor.make().detach().to(device="cpu", dtype=tensor.dtype).contiguous()
    if tuple(made.shape) != tensor.shape:
        raise ValueError(f"{tensor.name} has the shape {tuple(made.shape)}, not {tensor.shape}.")
    return made.reshape(-1).view(torch.uint8).numpy().data


def write_safetensors(path: Path, tensors: Sequence[TensorToWrite], metadata: Mapping[str, str]) -> None:
    """Replaces the file at `path` at once, when everything is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    header = _header(tensors, metadata)
    try:
        with part.open("wb") as file:
            file.write(len(header).to_bytes(8, "little") + header)
            for tensor in tensors:
                file.write(_data(tensor))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
