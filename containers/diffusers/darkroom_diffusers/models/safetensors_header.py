"""A safetensors file's header, read and checked without loading a tensor. Nothing in the format can run code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InferenceFailed

_MAX_HEADER = 100 * 1024 * 1024


@dataclass(frozen=True)
class TensorFacts:
    dtype: str
    shape: tuple[int, ...]


def _tensor(path: Path, name: str, entry: Any, data_bytes: int) -> TensorFacts:
    try:
        begin, end = entry["data_offsets"]
        shape = tuple(int(side) for side in entry["shape"])
        inside = 0 <= begin <= end <= data_bytes
        facts = TensorFacts(str(entry["dtype"]), shape)
    except (TypeError, KeyError, ValueError) as error:
        raise InferenceFailed(f"{path.name} is not a valid safetensors file: tensor {name!r} is broken.") from error
    if not inside:
        raise InferenceFailed(f"{path.name} is cut short: tensor {name!r} lies outside the file.")
    return facts


def read_header(path: Path) -> Mapping[str, TensorFacts]:
    """Tensor names with type and shape. Raises InferenceFailed saying what is wrong with the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(_MAX_HEADER, size - 8):
            raise InferenceFailed(f"{path.name} is not a safetensors file, or it is cut short.")
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise InferenceFailed(f"{path.name} is not a valid safetensors file: its header is not JSON.") from error
    if not isinstance(header, dict):
        raise InferenceFailed(f"{path.name} is not a valid safetensors file: its header is not an object.")
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    return {name: _tensor(path, name, entry, size - 8 - length) for name, entry in entries.items()}
